"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { specs, themes } = read("charts");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chips = [...document.querySelectorAll(".servers button")];
  const views = new Map();
  let chosen = "";

  // One server highlighted: in every chart, in every table, on its button. Chosen again, none is.
  function choose(name) {
    chosen = name === chosen ? "" : name;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.server === chosen));
    for (const row of document.querySelectorAll("tr[data-server]"))
      row.classList.toggle("chosen", chosen !== "" && row.dataset.server === chosen);
    for (const { view } of views.values()) view.signal("chosen", chosen).runAsync();
  }

  for (const chip of chips) chip.addEventListener("click", () => choose(chip.dataset.server));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) choose(chosen);
  });

  function config(place) {
    const theme = themes[dark.matches ? "dark" : "light"];
    const width = place.clientWidth; // names of rows leave room for the chart, and no legend is cut off
    const labelLimit = Math.round(width * 0.42);
    const columns = Math.max(1, Math.floor(width / 170));
    return { ...theme, axis: { ...theme.axis, labelLimit }, legend: { ...theme.legend, columns } };
  }

  async function draw(place) {
    const own = place.dataset.chart;
    try {
      const drawn = await vegaEmbed(place, specs[own], {
        actions: false,
        renderer: "svg",
        config: config(place),
        tooltip: { theme: dark.matches ? "dark" : "light" },
      });
      views.get(own)?.finalize();
      views.set(own, drawn);
      place.classList.add("drawn"); // in place of its picture
      drawn.view.addEventListener("click", (_, item) => {
        if (item && item.datum && item.datum.server) choose(item.datum.server);
      });
      if (chosen) drawn.view.signal("chosen", chosen).runAsync();
    } catch (problem) {
      place.classList.add("failed"); // its picture is shown instead
      console.error(problem);
    }
  }

  const places = [...document.querySelectorAll(".live")];
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries)
        if (entry.isIntersecting) {
          seen.unobserve(entry.target);
          draw(entry.target);
        }
    },
    { rootMargin: "800px" },
  );
  for (const place of places) seen.observe(place);
  dark.addEventListener("change", () => {
    for (const place of places) if (views.has(place.dataset.chart)) draw(place);
  });

  // Sorting: numbers by their first one, `–` last in either direction; a third click is the order of the report.
  const number = (text) => {
    const found = /-?[\d,]*\.?\d+/.exec(text.replace(/^[×~≈+]\s*/, ""));
    return found ? Number(found[0].replaceAll(",", "")) : NaN;
  };

  function sorted(rows, column, numeric, way) {
    const text = (row) => row.cells[column].textContent;
    const known = (row) => (numeric ? !Number.isNaN(number(text(row))) : text(row) !== "–");
    const compare = numeric
      ? (a, b) => number(text(a)) - number(text(b))
      : (a, b) => text(a).localeCompare(text(b), "en", { numeric: true });
    return [...rows].sort((a, b) => known(b) - known(a) || (known(a) ? way * compare(a, b) : 0));
  }

  for (const table of document.querySelectorAll("table")) {
    const body = table.tBodies[0];
    const order = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" };
        const way = next[head.getAttribute("aria-sort")];
        for (const one of heads) one.setAttribute("aria-sort", one === head ? way : "none");
        const numeric = head.classList.contains("number");
        body.append(
          ...(way === "none" ? order : sorted(order, column, numeric, way === "ascending" ? 1 : -1)),
        );
      });
    });
    for (const row of order)
      if (row.dataset.server && chips.some((chip) => chip.dataset.server === row.dataset.server))
        row.addEventListener("click", () => choose(row.dataset.server));
    if (!table.hasAttribute("data-many")) continue;
    const label = document.createElement("label");
    const input = document.createElement("input");
    const told = document.createElement("span");
    label.className = "filter";
    told.setAttribute("role", "status");
    input.type = "search";
    label.append("Show rows with", input, told);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of order)
        row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
      const left = order.filter((row) => !row.hidden).length;
      told.textContent = words.length ? `${left} of ${order.length} rows` : "";
    });
    table.parentElement.before(label);
  }
})();
