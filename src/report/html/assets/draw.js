// What every page's charts are drawn by. Numbers come from the page; nothing is fetched.
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];

// Draws what stands in the page, or says why it cannot.
function drawPlotted(draw) {
  const plotted = document.getElementById("plotted");
  if (!plotted) return;
  try {
    draw(JSON.parse(plotted.textContent));
    root.dataset.drawn = "true";
  } catch (error) {
    const fault = document.getElementById("fault");
    fault.textContent = `The charts could not be drawn: ${error.message}`;
    fault.hidden = false;
    throw error;
  }
}

function show(element, chart) {
  const readout = element.nextElementSibling;
  let plot = null;
  const redraw = () => {
    if (plot) plot.destroy();
    const ends = banded(chart).flatMap(({ low, high }) => [low, high]);
    plot = new uPlot(options(element, chart, (at) => tell(readout, chart, at)), [chart.x, ...chart.series.map(({ values }) => values), ...ends], element);
    tell(readout, chart, null);
  };
  redraw();
  redraws.push(redraw);
  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (Math.abs(width - plot.width) > 1) plot.setSize({ width, height: chart.height });
  }).observe(element);
  element.addEventListener("keydown", (event) => moveBy(event, plot, chart));
}

// Series whose values are means of so many plays, with the interval that holds the true one.
function banded(chart) {
  return chart.series.filter(({ low }) => low);
}

// Arrow keys move through the values, with Shift ten at a time; Home, End, Escape, and 0 to see all.
function moveBy(event, plot, chart) {
  const last = chart.x.length - 1;
  const now = plot.cursor.idx;
  const step = event.shiftKey ? 10 : 1;
  const to = {
    ArrowRight: () => (now == null ? 0 : now + step), ArrowLeft: () => (now == null ? last : now - step),
    Home: () => 0, End: () => last, Escape: () => null,
  }[event.key];
  if (event.key === "0") plot.setData(plot.data, true);
  if (!to || last < 0) return;
  event.preventDefault();
  const at = to();
  if (at === null) plot.setCursor({ left: -10, top: -10 });
  else plot.setCursor({ left: plot.valToPos(chart.x[Math.min(Math.max(at, 0), last)], "x"), top: plot.over.clientHeight / 2 });
}

function options(element, chart, tellAt) {
  const axis = { stroke: css("--faint"), font: "12px system-ui, sans-serif", grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line"), width: 1 } };
  const log = chart.y === "log";
  const filter = log ? { filter: labelled } : {};
  const marks = chart.marks || [];
  return {
    width: element.clientWidth, height: chart.height, legend: { show: false },
    padding: [10, 14, 0, 0],
    cursor: { sync: chart.decades ? undefined : { key: chart.sync || "time" }, y: false, drag: { x: true, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: chart.decades || chart.splits ? undefined : (plot, from, to) => (from === to || to === chart.x[chart.x.length - 1] ? [from, chart.longest] : [from, to]) },
      y: log ? { distr: 3, range: () => decades(chart) } : { range: chart.range ? () => chart.range : (plot, least, most) => room(Math.max(most || 0, chart.line ? chart.line[0] : 0, 1), marks.length) },
    },
    axes: [
      { ...axis, values: (plot, splits) => splits.map(chart.of), ...(chart.splits ? { splits: chart.splits } : { incrs: chart.decades ? [1] : SECONDS }), space: 60 },
      {
        ...axis, grid: { ...axis.grid, ...filter }, ticks: { ...axis.ticks, ...filter }, ...filter,
        size: chart.unit ? 52 : 70, values: (plot, splits) => splits.map((value) => (value == null || value < 0 ? "" : (chart.show || short)(value))),
        label: chart.unit, labelSize: chart.unit ? 18 : 0, labelFont: "12px system-ui, sans-serif", labelGap: 0,
      },
    ],
    series: [{}, ...chart.series.map((series) => ({
      label: series.label, stroke: css(series.colour), width: series.width || 1.5, fill: series.fill && css(series.fill),
      paths: series.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined, points: { show: series.dots || sparse(series.values), size: 4, fill: css(series.colour) },
    })), ...banded(chart).flatMap(() => [{ width: 0, points: { show: false } }, { width: 0, points: { show: false } }])],
    bands: banded(chart).map((series, number) => {
      const low = 1 + chart.series.length + 2 * number;
      return { series: [low + 1, low], fill: css(series.band) };
    }),
    hooks: {
      drawClear: [(plot) => { if (chart.shade) chart.shade(plot); }],
      draw: [(plot) => { marks.forEach((mark, row) => strip(plot, chart, mark, marks.length - 1 - row)); limit(plot, chart.line); if (chart.over) chart.over(plot); }],
      setCursor: [(plot) => tellAt(plot.cursor.left < 0 ? null : plot.cursor.idx)],
    },
  };
}

// Of a logarithmic axis: tens, and where there are few of them, twos and fives.
function labelled(plot, splits) {
  const known = splits.filter((value) => value > 0);
  const few = Math.log10(known[known.length - 1] / known[0]) < 2.1;
  return splits.map((value) => {
    const digit = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
    return digit === 1 || (few && (digit === 2 || digit === 5)) ? value : null;
  });
}

// A dashed line at the limit, named.
function limit(plot, line) {
  if (!line) return;
  const y = plot.valToPos(line[0], "y", true);
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = css("--budget");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6, 5].map((dash) => dash * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
  note(plot, line[1], bbox.left + bbox.width - 4 * devicePixelRatio, y - 5 * devicePixelRatio, "--budget", "right");
}

function note(plot, text, x, y, colour, align) {
  plot.ctx.save();
  plot.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  plot.ctx.textAlign = align;
  plot.ctx.lineWidth = 4 * devicePixelRatio;
  plot.ctx.strokeStyle = css("--paper");
  plot.ctx.lineJoin = "round";
  plot.ctx.strokeText(text, x, y);
  plot.ctx.fillStyle = css(colour);
  plot.ctx.fillText(text, x, y);
  plot.ctx.restore();
}

// Where something happened: a strip along the bottom, the darker the more.
function strip(plot, chart, mark, row) {
  const most = Math.max(...mark.values, 0);
  if (!most) return;
  const { ctx, bbox } = plot;
  const height = 6 * devicePixelRatio;
  const top = bbox.top + bbox.height - (row + 1) * (height + devicePixelRatio);
  ctx.save();
  ctx.fillStyle = css(mark.colour);
  mark.values.forEach((value, at) => {
    if (!value) return;
    const [from, to] = [chart.x[at], chart.x[at] + chart.width].map((second) => plot.valToPos(second, "x", true));
    if (to < bbox.left || from > bbox.left + bbox.width) return;
    ctx.globalAlpha = 0.35 + 0.65 * (value / most);
    ctx.fillRect(Math.max(from, bbox.left), top, Math.max(to - from, devicePixelRatio), height);
  });
  ctx.restore();
}

// What the chart shows at a place; without one, what its colours mean.
function tell(readout, chart, at) {
  const known = at != null && at >= 0;
  const cell = (label, value, colour) => {
    const span = document.createElement("span");
    if (colour) {
      const swatch = document.createElement("i");
      swatch.style.background = css(colour);
      span.append(swatch);
    }
    span.append(`${label} `);
    const figure = document.createElement(known ? "b" : "span");
    figure.textContent = value;
    span.append(figure);
    return span;
  };
  const figure = ({ values, peaks, low, high, show }) => {
    if (!known) return values.some((value) => value != null) ? "" : "(too few for it)";
    if (values[at] == null) return "–";
    if (low && low[at] != null && low[at] !== high[at]) return `${show(values[at])} (${show(low[at])} to ${show(high[at])})`;
    return peaks && peaks[at] !== values[at] ? `${show(values[at])} (peak ${peaks[at]})` : show(values[at]);
  };
  const cells = [...chart.series, ...(chart.marks || []).map((mark) => ({ ...mark, show: short }))]
    .map((series) => cell(series.label, figure(series), series.colour));
  if (known) cells.unshift(cell(chart.at || "at", chart.of(chart.x[at])));
  readout.replaceChildren(...cells);
}

function css(name) {
  return getComputedStyle(root).getPropertyValue(name).trim();
}

// From nothing to a little above the most, with a strip below for each mark.
function room(most, marks) {
  return [marks ? -0.035 * (marks + 0.5) * most : 0, most * 1.08];
}

// From one, two or five of a decade to such another, around the values and the limit.
function decades({ series, line }) {
  // What takes less than a tenth of a millisecond is no wait.
  const values = [...(line ? [line[0]] : []), ...series.flatMap((one) => one.values)].filter((value) => value >= 0.1);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const ends = (value) => [1, 2, 5, 10].map((digit) => digit * 10 ** Math.floor(Math.log10(value)));
  return [ends(low).reverse().find((end) => end <= low * 1.0001), ends(high * 1.05).find((end) => end >= high * 1.05)];
}

// A value between two gaps would not be seen without a point.
function sparse(values) {
  const alone = values.some((value, at) => value != null && values[at - 1] == null && values[at + 1] == null);
  return alone && values.length < 400;
}

function clock(second) {
  if (second == null) return "";
  const whole = Math.floor(second);
  const rest = second - whole;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  const tail = rest > 0.0005 ? String(rest.toFixed(2)).slice(1).replace(/0$/, "") : "";
  return h ? `${h}:${two(m)}:${two(s)}${tail}` : `${m}:${two(s)}${tail}`;
}

// The share that lies below, for so many decades beyond.
function share(decade) {
  const percent = 100 * (1 - 10 ** -decade);
  const places = decade < 1 ? 0 : Math.min(6, Math.max(0, Math.ceil(decade - 2 - 1e-9)));
  const exact = Math.abs(decade - Math.round(decade)) < 1e-9;
  return `${percent.toFixed(exact ? places : Math.min(places + 1, 6))} %`;
}

function ms(value) {
  return `${short(value)} ms`;
}

function rate(value) {
  return `${short(value)}/s`;
}

function amount(value) {
  return short(Math.round(value * 10) / 10);
}

// Three digits are enough to see.
function short(value) {
  const size = Math.abs(value);
  const places = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: places });
}
