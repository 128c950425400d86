"use strict";
(() => {
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const amount = (value) => value.toLocaleString("en", { maximumFractionDigits: 2 });
  // As many decimals as the step between ticks has, so that no two ticks read the same.
  const atTicks = (ticks, step) => {
    const digits = Math.min((String(step).split(".")[1] ?? "").length, 6);
    return ticks.map((tick) => tick.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  };
  const NONE = "-";

  // Tables that can be sorted and filtered.

  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const keyOf = (cell) => {
    const value = cell.dataset.v;
    return value === undefined ? cell.textContent : value === "" ? null : Number(value);
  };
  // What has no figure stays at the end, whichever way the others go.
  const compare = (one, other, direction) => {
    if (one === null || other === null) return (one === null) - (other === null);
    return direction * (typeof one === "number" ? one - other : collator.compare(one, other));
  };

  const makeSortable = (box) => {
    const body = box.querySelector("tbody");
    const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase(), keys: [] }));
    const headings = [...box.querySelectorAll("th[aria-sort]")];
    const filter = box.querySelector("input");
    const count = box.querySelector("output");

    const sortBy = (heading) => {
      const column = heading.cellIndex;
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const entry of rows) entry.keys[column] ??= { of: keyOf(entry.row.cells[column]) };
      rows.sort((a, b) => compare(a.keys[column].of, b.keys[column].of, descending ? -1 : 1));
      for (const other of headings) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      body.replaceChildren(...rows.map((entry) => entry.row));
    };
    const apply = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, text } of rows) {
        const fits = words.every((word) => text.includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = `${shown} of ${rows.length}`;
    };
    for (const heading of headings) {
      const button = heading.querySelector("button");
      button.disabled = false;
      button.addEventListener("click", () => sortBy(heading));
    }
    filter.disabled = false;
    filter.addEventListener("input", apply);
    apply();
  };

  // Charts.

  const AXIS = 64;
  const NARROW_AXIS = 52;
  const RIGHT = 10;
  const STRIP = 1000; // units of the strips of phases, over the longest of all lines

  const nearest = (xs, x) => {
    let low = 0;
    let high = xs.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (xs[middle] <= x) low = middle;
      else high = middle;
    }
    return Math.abs(xs[high] - x) < Math.abs(xs[low] - x) ? high : low;
  };
  const phaseAt = (line, x) => {
    let found = null;
    for (const [name, start, end] of line.spans) if (start <= x && x <= end) found = line.phases[name];
    return found;
  };

  const makeChart = (spec) => {
    const box = document.getElementById(spec.id);
    const plot = box.querySelector(".plot");
    const choice = box.querySelector("select");
    const at = box.querySelector(".at");
    const cells = [...box.querySelectorAll("[data-line]")];
    const heading = at.textContent;
    let chosen = -1;
    let chart = null;
    const isShown = (index) => spec.lines[index].shown || index === chosen;
    const endOf = (line) => Math.max(0, ...line.xs.slice(-1), ...line.spans.slice(-1).map((span) => span[2]));
    const lastOf = (lines) => Math.max(0, ...lines.map(endOf)) || 1;
    const shownLines = () => spec.lines.filter((_, index) => isShown(index));
    const all = lastOf(spec.lines);
    let last = all;
    const runs = spec.labels.length > 0;
    const axisSize = () => (plot.clientWidth < 560 ? NARROW_AXIS : AXIS);
    const xRange = () => (runs ? [-0.5, spec.labels.length - 0.5] : [0, spec.unit === "teams" ? last * 1.04 : last]);
    const yRange = () => {
      const amounts = shownLines().flatMap((line) => [line.peak ?? 0, ...line.ys]);
      return [0, amounts.reduce((one, other) => Math.max(one, other), 0) * 1.06 || 1];
    };
    const where = (x) => (runs ? spec.labels[Math.round(x)] : `${amount(x)} ${spec.unit}`);

    const read = (x) => {
      const words = [];
      for (const cell of cells.filter((entry) => entry.matches("tr"))) {
        const line = spec.lines[cell.dataset.line];
        const index = x === null || line.xs.length === 0 ? -1 : nearest(line.xs, x);
        // A run has its own figure or none; a curve ends where its trial did.
        const inside = index >= 0 && (runs ? line.xs[index] === Math.round(x) : x <= endOf(line) + last / 100);
        const value = inside ? `${amount(line.ys[index])} MiB` : NONE;
        const phase = x === null ? null : phaseAt(line, x);
        cell.querySelector(".value").textContent = value;
        if (cell.querySelector(".phase")) cell.querySelector(".phase").textContent = phase ?? NONE;
        if (!cell.hidden && inside) words.push(`${line.name} ${value}${phase ? ` in ${phase}` : ""}`);
      }
      at.textContent = x === null ? heading : where(x);
      if (x === null) return;
      plot.setAttribute("aria-valuenow", Math.round((100 * x) / last));
      plot.setAttribute("aria-valuetext", `${where(x)}: ${words.join(", ")}`);
    };

    const drawMarks = (self) => {
      const { ctx, bbox } = self;
      ctx.save();
      ctx.lineWidth = devicePixelRatio;
      const stroke = (name, dash, x1, y1, x2, y2) => {
        ctx.strokeStyle = colour(name);
        ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
        ctx.beginPath();
        ctx.moveTo(x1, y1);
        ctx.lineTo(x2, y2);
        ctx.stroke();
      };
      const upright = (x, name, dash) => {
        const place = self.valToPos(x, "x", true);
        stroke(name, dash, place, bbox.top, place, bbox.top + bbox.height);
      };
      for (const index of spec.breaks) upright(index - 0.5, "--muted", [2, 3]);
      spec.lines.forEach((line, index) => {
        if (!isShown(index)) return;
        if (line.peak !== null) {
          const place = self.valToPos(line.peak, "y", true);
          stroke(`--role-${line.role}`, [6, 4], bbox.left, place, bbox.left + bbox.width, place);
        }
        for (const mark of line.marks) upright(line.xs[mark], `--role-${line.role}`, [6, 4]);
      });
      ctx.restore();
    };

    // The axis ends where the longest of the shown lines does, and the strips below end with it.
    const fit = () => {
      last = lastOf(shownLines());
      for (const strip of box.querySelectorAll(".strip svg")) {
        strip.setAttribute("viewBox", `0 0 ${(STRIP * last) / all} 10`);
      }
    };
    const build = () => {
      const font = "12px system-ui, sans-serif";
      const axis = {
        font,
        stroke: () => colour("--muted"),
        grid: { stroke: () => colour("--rule"), width: 1 },
        ticks: { show: false },
      };
      const series = spec.lines.map((line, index) => ({
        show: isShown(index),
        stroke: () => colour(`--role-${line.role}`),
        width: line.dashed ? 1 : 2,
        dash: line.dashed ? [6, 4] : undefined,
        spanGaps: true,
        points: { show: line.points, size: 7, fill: () => colour(`--role-${line.role}`) },
      }));
      chart?.destroy();
      chart = new uPlot(
        {
          width: plot.clientWidth,
          height: 300,
          padding: [10, RIGHT, 0, 0],
          legend: { show: false },
          cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
          scales: { x: { time: false, range: xRange }, y: { range: yRange } },
          axes: [
            {
              ...axis,
              grid: { show: false },
              size: 34,
              incrs: runs ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] : undefined,
              space: runs ? 90 : 72,
              values: (_, ticks, _axis, _space, step) =>
                runs
                  ? ticks.map((tick) => (spec.labels[tick] ?? "").slice(0, 12))
                  : atTicks(ticks, step).map((tick) => tick + (spec.unit === "s" ? " s" : "")),
            },
            { ...axis, size: axisSize(), values: (_, ticks, _axis, _space, step) => atTicks(ticks, step) },
          ],
          series: [{}, ...series],
          hooks: {
            draw: [drawMarks],
            setCursor: [(self) => read(self.cursor.left >= 0 ? self.posToVal(self.cursor.left, "x") : null)],
          },
        },
        uPlot.join(spec.lines.map((line) => [line.xs, line.ys])),
        plot,
      );
    };

    const choose = () => {
      chosen = choice && choice.value !== "" ? Number(choice.value) : -1;
      for (const cell of cells) cell.hidden = !isShown(Number(cell.dataset.line));
      fit();
      build();
    };
    const move = (event) => {
      const steps = { ArrowLeft: -0.01, ArrowRight: 0.01, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const width = chart.over.clientWidth;
      const from = chart.cursor.left >= 0 ? chart.cursor.left : 0;
      const step = steps[event.key];
      let left = Math.min(Math.max(from + step * width, 0), width - 1);
      if (runs) {
        const newest = spec.labels.length - 1;
        const run = Math.round(chart.posToVal(from, "x"));
        const by = Math.sign(step) * Math.max(1, Math.round(Math.abs(step) * (Math.abs(step) < 0.1 ? 1 : newest)));
        left = chart.valToPos(Math.min(Math.max(run + by, 0), newest), "x");
      }
      chart.setCursor({ left, top: 0 });
    };

    fit();
    build();
    let width = plot.clientWidth;
    new ResizeObserver(() => {
      if (plot.clientWidth === width || plot.clientWidth === 0) return;
      width = plot.clientWidth;
      build();
    }).observe(plot);
    choice?.addEventListener("change", choose);
    plot.addEventListener("keydown", move);
    return () => chart.redraw(false, true);
  };

  for (const box of document.querySelectorAll(".sortable")) makeSortable(box);
  const redraws = JSON.parse(document.getElementById("data").textContent).map(makeChart);
  const redrawAll = () => redraws.forEach((redraw) => redraw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  addEventListener("beforeprint", () => {
    root.dataset.print = "";
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.opened = "";
    }
    redrawAll();
  });
  addEventListener("afterprint", () => {
    delete root.dataset.print;
    for (const details of document.querySelectorAll("details[data-opened]")) {
      details.open = false;
      delete details.dataset.opened;
    }
    redrawAll();
  });
})();
