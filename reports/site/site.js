"use strict";
// The list of workloads: filtered, sorted, and drawn a piece at a time. All text goes in as text.
(() => {
  const STEP = 200;
  const [machines, ...rows] = JSON.parse(document.getElementById("rows").textContent);
  const [SLUG, SCENARIO, VARIANT, METER, MACHINE, NEWEST, SHIFT, LABEL, RUN, STATE, SPARK, MISSING] = Array(12).keys();
  const body = document.querySelector("#list tbody");
  const query = document.getElementById("query");
  const state = document.getElementById("state");
  const machine = document.getElementById("machine");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const words = rows.map((row) => [row[SCENARIO], row[VARIANT], row[METER]].join("\n").toLowerCase());
  const sorts = {
    name: (row) => `${row[SCENARIO]}\n${row[VARIANT]}\n${row[METER]}`,
    newest: (row) => row[NEWEST] ?? -1,
    shift: (row) => row[SHIFT],
    run: (row) => row[RUN],
  };
  const collator = new Intl.Collator("en", { numeric: true });
  let sorted = { by: "run", down: true };
  let shown = STEP;
  let found = [];

  const size = (bytes) => {
    for (const [unit, factor] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]]) {
      if (Math.abs(bytes) >= factor) return `${(bytes / factor).toFixed(2)} ${unit}`;
    }
    return `${bytes} B`;
  };

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const spark = (digits) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "spark");
    svg.setAttribute("viewBox", "0 0 100 20");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    const step = 100 / Math.max(digits.length - 1, 1);
    const points = digits
      ? [...digits].map((digit, index) => [index * step, digit === " " ? null : 20 - (parseInt(digit, 36) * 20) / 35])
      : [[0, 10], [100, 10]];
    line.setAttribute("points", points.filter(([, y]) => y !== null).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
    svg.append(line);
    return svg;
  };

  const drawn = (row) => {
    const line = element("tr");
    const name = element("th");
    name.scope = "row";
    const link = element("a", `${row[SCENARIO]}, ${row[VARIANT]}`);
    link.href = `series/${row[SLUG]}.html`;
    const place = machines.length > 1 ? `${row[METER]}, ${machines[row[MACHINE]]}` : row[METER];
    name.append(link, " ", element("span", place, "meter"));
    const picture = element("td");
    picture.append(spark(row[SPARK]));
    line.append(
      name,
      picture,
      element("td", row[NEWEST] === null ? "-" : size(row[NEWEST]), "n"),
      element("td", row[RUN] < 0 ? "-" : `${row[SHIFT] > 0 ? "+" : "\u2212"}${size(Math.abs(row[SHIFT]))}`, row[SHIFT] > 0 ? "n bad" : "n"),
      element("td", row[LABEL]),
      element("td", row[MISSING] ? "missing" : row[STATE], `state ${row[STATE]}`),
    );
    return line;
  };

  const draw = () => {
    body.replaceChildren(...found.slice(0, shown).map(drawn));
    more.hidden = found.length <= shown;
    count.textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
  };

  const fits = (row, index, terms) => {
    if (!terms.every((term) => words[index].includes(term))) return false;
    if (machine.value !== "" && row[MACHINE] !== Number(machine.value)) return false;
    if (state.value === "missing") return row[MISSING] === 1;
    if (state.value === "unchanged") return row[STATE] === "";
    return state.value === "" || row[STATE] === state.value;
  };

  const update = () => {
    const terms = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const key = sorts[sorted.by];
    const sign = sorted.down ? -1 : 1;
    found = rows.filter((row, index) => fits(row, index, terms));
    found.sort((one, two) =>
      sign * (sorted.by === "name" ? collator.compare(key(one), key(two)) : key(one) - key(two)),
    );
    shown = STEP;
    for (const button of document.querySelectorAll("#list thead button")) {
      const own = button.dataset.sort === sorted.by;
      if (own) button.closest("th").setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else button.closest("th").removeAttribute("aria-sort");
    }
    draw();
  };

  machines.forEach((name, index) => {
    const option = element("option", name);
    option.value = String(index);
    machine.append(option);
  });
  for (const control of [query, state, machine]) {
    control.addEventListener("input", () => {
      update();
      const kept = new URLSearchParams(Object.entries({ q: query.value, state: state.value, machine: machine.value }).filter(([, value]) => value));
      history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname.split("/").pop() || ".");
    });
  }
  for (const button of document.querySelectorAll("#list thead button")) {
    button.addEventListener("click", () => {
      const by = button.dataset.sort;
      sorted = { by, down: sorted.by === by ? !sorted.down : by !== "name" };
      update();
    });
  }
  more.addEventListener("click", () => {
    shown += STEP;
    draw();
  });
  const asked = new URLSearchParams(location.hash.slice(1));
  query.value = asked.get("q") ?? "";
  state.value = asked.get("state") ?? "";
  machine.value = asked.get("machine") ?? "";
  update();
})();
