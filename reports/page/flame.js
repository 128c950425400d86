"use strict";
(() => {
  // The layout, zoom and search are d3-flame-graph's. Here are its data, its colours, its keys and what it says.
  const holder = document.getElementById("flame-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const box = document.getElementById("flame");
  const says = document.getElementById("flame-says");
  const found = document.getElementById("flame-found");
  const field = document.getElementById("flame-search");
  const reset = document.getElementById("flame-reset");
  const sides = data.sides;

  const BASE = 1;
  const HEAD = 2;
  const WIDTH = 3;
  const CHILDREN = 4;
  const size = (bytes) => {
    const amount = Math.abs(bytes);
    const [unit, name] = amount < 1024 ? [1, "B"] : amount < 1048576 ? [1024, "KiB"] : [1048576, "MiB"];
    return `${(bytes / unit).toLocaleString("en", { maximumFractionDigits: unit === 1 ? 0 : 2 })} ${name}`;
  };
  const signed = (bytes) => (bytes > 0 ? `+${size(bytes)}` : bytes < 0 ? `\u2212${size(-bytes)}` : "no change");

  const make = (node) => {
    const [name, where, text] = data.frames[node[0]];
    return {
      name,
      where,
      text,
      base: node[BASE],
      head: node[HEAD],
      value: node[WIDTH],
      children: node[CHILDREN].map(make),
    };
  };

  // From white to red where it grew, to blue where it went; all of them light enough for black letters.
  const RED = [240, 120, 95];
  const BLUE = [105, 170, 225];
  const SAME = [232, 232, 228];
  const FOUND = "rgb(250,215,60)";
  const fill = (node) => {
    if (node.highlight) return FOUND;
    const { base, head } = node.data;
    const share = (head - base) / (Math.max(base, head) || 1);
    const end = share > 0 ? RED : BLUE;
    // The root of the share, or what grew by a tenth would look like what did not grow.
    const weight = Math.sqrt(Math.abs(share));
    return `rgb(${SAME.map((channel, index) => Math.round(channel + (end[index] - channel) * weight)).join(",")})`;
  };
  const told = (node) => {
    const { name, where, text, base, head } = node.data;
    const kind = base === 0 ? ", new" : head === 0 ? ", gone" : "";
    const place = [where, text].filter(Boolean).join("  ");
    return `${name}${place ? `  ${place}` : ""}: ${sides[0]} ${size(base)}, ${sides[1]} ${size(head)} (${signed(head - base)}${kind})`;
  };

  const root = make(data.tree);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const chart = flamegraph()
    .width(box.clientWidth)
    .cellHeight(19)
    .inverted(true)
    .minFrameSize(1)
    .transitionDuration(still.matches ? 0 : 250)
    .selfValue(false)
    .setColorMapper(fill)
    .setLabelHandler(told)
    .setDetailsHandler((text) => {
      if (text) says.textContent = text;
      else if (current) says.textContent = told(current);
    })
    .setSearchMatch((node, term) => {
      const { name, where, text } = node.data;
      return term !== "" && `${name} ${where} ${text}`.toLowerCase().includes(term.toLowerCase());
    })
    .setSearchHandler((results) => {
      // A path below one that is counted is in it already.
      const chosen = new Set(results);
      const outermost = results.filter((node) => !node.ancestors().some((above) => above !== node && chosen.has(above)));
      const sum = (side) => outermost.reduce((total, node) => total + node.data[side], 0);
      found.textContent = results.length
        ? `${results.length} frames: ${sides[0]} ${size(sum("base"))}, ${sides[1]} ${size(sum("head"))} (${signed(sum("head") - sum("base"))})`
        : "Nothing found.";
    })
    .onClick((node) => choose(node));

  let top = null;
  let zoomed = null;
  let current = null;
  const mark = () => {
    for (const group of box.querySelectorAll("g.frame")) {
      const chosen = group.__data__ === current;
      group.classList.toggle("current", chosen);
      if (chosen) group.scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (node, { zooms = true } = {}) => {
    current = node;
    if (zooms) zoomed = node === top ? null : node;
    reset.disabled = zoomed === null;
    says.textContent = told(node);
    mark();
  };

  d3.select(box).datum(root).call(chart);
  top = box.querySelector("g").__data__;
  while (top.parent) top = top.parent;
  const svg = box.querySelector("svg");
  svg.setAttribute("aria-hidden", "true");
  choose(top);

  const zoomTo = (node) => {
    chart.zoomTo(node);
    choose(node);
  };
  const visible = (nodes) => (nodes ?? []).filter((node) => node.x1 > node.x0 && !node.data.hide);
  const keys = {
    ArrowDown: () => visible(current.children).reduce((one, other) => (one && one.value >= other.value ? one : other), null),
    ArrowUp: () => current.parent,
    ArrowRight: () => beside(1),
    ArrowLeft: () => beside(-1),
    Home: () => top,
  };
  const beside = (step) => {
    const all = visible(current.parent?.children).sort((one, other) => one.x0 - other.x0);
    return all[all.indexOf(current) + step];
  };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in keys) {
      const next = keys[event.key]();
      if (next) choose(next, { zooms: false });
    } else if (event.key === "Enter" || event.key === " ") zoomTo(current);
    else if (event.key === "Escape") zoomTo(top);
    else if (event.key === "/") field.focus();
    else return;
    event.preventDefault();
  });
  const search = () => {
    const term = field.value.trim();
    if (term === "") {
      chart.clear();
      found.textContent = "";
      says.textContent = told(current);
    } else chart.search(term);
    mark();
  };
  field.disabled = false;
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.value = "";
    search();
    box.focus();
  });
  reset.addEventListener("click", () => {
    zoomTo(top);
    box.focus();
  });
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width || box.clientWidth === 0) return;
    width = box.clientWidth;
    chart.width(width).update();
    mark();
  }).observe(box);
})();
