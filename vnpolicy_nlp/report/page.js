// The page's own script: draws the charts, filters and sorts tables. Texts of articles are in the page already, escaped;
// nothing here makes HTML of them.
"use strict";
(() => {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  const order = new Intl.Collator(page.language, { numeric: true });
  // Words are looked for whole and side by side, the last one by its beginning. Without any mark in the search, marks do
  // not count: "dan chu" finds "dân chủ".
  const words = (text) => ` ${text.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;
  const bare = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");

  const draw = async () => {
    const options = {
      renderer: "svg",
      ast: true, // expressions are walked through, not compiled: the page's policy forbids eval
      actions: { export: true, source: false, compiled: false, editor: false },
      formatLocale: page.numbers,
      timeFormatLocale: page.times,
      i18n: page.actions,
      downloadFileName: "vnpolicy",
      tooltip: { theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" },
      config: {
        background: null,
        font: getComputedStyle(document.body).fontFamily,
        axis: { labelColor: "currentColor", titleColor: "currentColor", tickColor: "currentColor", domainColor: "currentColor",
          gridColor: "currentColor", gridOpacity: 0.15, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
        legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12, labelLimit: 300 },
        text: { color: "currentColor", fontSize: 12 },
        view: { stroke: null },
      },
    };
    for (const place of document.querySelectorAll("[data-chart]")) {
      const drawn = await vegaEmbed(place, page.charts[place.dataset.chart], options);
      for (const part of place.querySelectorAll(".chart-wrapper, svg.marks")) part.setAttribute("aria-label", place.getAttribute("aria-label"));
      place.querySelector("summary").setAttribute("aria-label", page.actions.CLICK_TO_VIEW_ACTIONS);
      await drawn.view.runAsync();
      await new Promise((resolve) => setTimeout(resolve)); // the page answers in between
    }
    document.documentElement.dataset.drawn = "yes";
  };

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
  };
  const compare = (one, other) => {
    const [a, b] = [Number(one), Number(other)];
    if (one === "" || other === "") return (one === "") - (other === ""); // what is empty comes last, both ways
    return Number.isNaN(a) || Number.isNaN(b) ? order.compare(one, other) : a - b;
  };
  const sortBy = (head) => {
    const table = head.closest("table");
    const direction = head.getAttribute("aria-sort") === null
      ? head.dataset.first || "ascending"
      : head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [valueOf(row, head.cellIndex), row]);
    const sign = direction === "ascending" ? 1 : -1;
    rows.sort(([a], [b]) => (a === "" || b === "" ? compare(a, b) : sign * compare(a, b)));
    body.append(...rows.map(([, row]) => row));
    table.dispatchEvent(new Event("sorted"));
  };
  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => sortBy(button.closest("th")));
  }

  const list = document.getElementById("article-list");
  if (list) {
    const tools = document.getElementById("article-tools");
    const [search, topic, kind] = ["search", "topic", "kind"].map((name) => tools.querySelector(`[name=${name}]`));
    const count = document.getElementById("article-count");
    const more = document.getElementById("article-more");
    let most = page.first; // rows that are shown before someone asks for more
    const texts = new Map([...list.tBodies[0].rows].map((row) => [row, { exact: words(row.textContent), bare: bare(words(row.textContent)) }]));
    const filter = () => {
      const wanted = words(search.value).trimEnd();
      let n = 0;
      for (const row of list.tBodies[0].rows) { // in the order in which they stand now
        const entry = texts.get(row);
        const found = (wanted === bare(wanted) ? entry.bare : entry.exact).includes(wanted) && (topic.value === "" || row.dataset.topic === topic.value) && (kind.value === "" || row.dataset.kind === kind.value);
        n += found;
        row.hidden = !found || n > most;
      }
      const shown = [Math.min(n, most), n].map((number) => number.toLocaleString(page.language));
      count.textContent = n ? page.counted.replace("{n}", shown[0]).replace("{all}", shown[1]) : page.none;
      more.hidden = n <= most;
    };
    for (const tool of [search, topic, kind]) tool.addEventListener("input", () => { most = page.first; filter(); });
    more.addEventListener("click", () => { most += page.first; filter(); });
    list.addEventListener("sorted", filter);
    tools.addEventListener("submit", (event) => event.preventDefault());
    filter();
    const shown = () => [...list.tBodies[0].rows].filter((row) => !row.hidden);
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key === "Escape" && event.target === search) { search.value = ""; filter(); }
      if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "/") { event.preventDefault(); search.focus(); }
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const focused = document.activeElement.closest && document.activeElement.closest("#article-list tbody tr");
      if (!step || (!focused && event.key.startsWith("Arrow"))) return;
      event.preventDefault();
      const visible = shown();
      const next = visible[focused ? visible.indexOf(focused) + step : 0];
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    });
  }

  draw();
})();
