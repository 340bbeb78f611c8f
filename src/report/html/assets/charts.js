// The charts of a run.
const kinds = {
  reuse: { word: "reuse", colour: "--blue" }, join: { word: "join", colour: "--violet" },
  warm: { word: "warm boot", colour: "--amber" }, cold: { word: "cold boot", colour: "--red" },
  held: { word: "lease held", colour: "--teal" }, refused: { word: "no runtime", colour: "--grey" },
};

function drawAll(data) {
  const { limits, time } = data;
  const longest = Math.max(...time, 0) + data.width;
  const level = (name, label, colour, more) => [
    { label, colour, values: data[name].mean, peaks: data[name].peak, stepped: true, show: amount, ...more },
  ];
  const charts = {
    recall: {
      x: time, of: clock, y: "log", height: 300, unit: "ms", line: [limits.budget_ms, `budget ${short(limits.budget_ms)} ms`],
      series: [
        { label: "slowest", colour: "--grey", values: data.recall.slowest, width: 1, show: ms },
        { label: "p99", colour: "--red", values: data.recall.p99, width: 2, show: ms },
        { label: "p90", colour: "--amber", values: data.recall.p90, show: ms },
        { label: "median", colour: "--blue", values: data.recall.p50, show: ms },
      ],
    },
    runtimes: {
      x: time, of: clock, height: 300, line: [limits.runtimes, `cap ${short(limits.runtimes)}`],
      series: [
        ...level("runtimes", "live", "--blue", { fill: "--blue-fill", width: 2 }),
        ...level("busy", "busy", "--teal"),
        ...level("booting", "booting", "--amber"),
        ...level("draining", "draining", "--violet"),
      ],
      marks: [
        { label: "evicted", colour: "--violet", values: data.evicted },
        { label: "refused", colour: "--red", values: data.refused },
        { label: "crashed", colour: "--ink", values: data.crashed },
      ].filter((mark) => mark.values.some((value) => value > 0)),
    },
    ports: {
      x: time, of: clock, height: 180, line: [limits.ports, `${short(limits.ports)} ports`],
      series: level("runtimes", "ports held", "--teal", { values: data.runtimes.peak, peaks: null, show: short }),
    },
    load: {
      x: time, of: clock, height: 180, unit: "/s",
      series: [
        { label: "recalls", colour: "--blue", values: data.recalls, stepped: true, show: rate },
        { label: "calls", colour: "--violet", values: data.calls, stepped: true, show: rate },
      ],
    },
    curve: {
      x: data.curve.decades, of: share, at: "of recalls", decades: true, y: "log", height: 320, unit: "ms",
      line: [limits.budget_ms, `budget ${short(limits.budget_ms)} ms`],
      series: data.curve.kinds.map(({ kind, count, ms: values }) => ({
        label: `${kinds[kind].word} (${short(count)})`, colour: kinds[kind].colour, values, show: ms, width: 2,
      })),
    },
  };
  const shade = (named) => (plot) => {
    const band = (from, to) => {
      if (to <= from) return;
      const [a, b] = [from, to].map((at) => Math.min(Math.max(plot.valToPos(at, "x", true), plot.bbox.left), plot.bbox.left + plot.bbox.width));
      plot.ctx.fillStyle = css("--shade");
      plot.ctx.fillRect(a, plot.bbox.top, b - a, plot.bbox.height);
      return a;
    };
    const words = (text, at) => note(plot, text, at + 4 * devicePixelRatio, plot.bbox.top + 12 * devicePixelRatio, "--faint", "left");
    const from = band(0, limits.warm_up_s);
    if (from !== undefined && named) words("warm-up", from);
    band(limits.duration_s, longest);
  };
  for (const element of document.querySelectorAll("[data-chart]")) {
    const chart = charts[element.dataset.chart];
    show(element, { ...chart, shade: chart.decades ? null : shade(chart.x === time && chart.y === "log"), longest, width: data.width });
  }
}

drawPlotted(drawAll);
