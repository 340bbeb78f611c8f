// The charts of a plan: what became of each cap, with the interval that holds the true figure.
function drawPlan(data) {
  const x = data.caps.map(Math.log10);
  const cap = (at) => short(Math.round(10 ** at));
  // One, two and five of each ten, as far as caps go; every cap where there are few.
  const splits = (plot, axis, least, most) => {
    const ends = [];
    for (let ten = 10 ** Math.floor(least); ten <= 10 ** most; ten *= 10) ends.push(ten, 2 * ten, 5 * ten);
    return ends.filter((end) => end >= 10 ** (least - 1e-9) && end <= 10 ** (most + 1e-9)).map(Math.log10);
  };
  const common = { x, of: cap, at: "cap", splits, sync: "cap", height: 300 };
  const series = (label, figure, colour, show) => ({ label, colour, values: figure.mean, low: figure.low, high: figure.high, band: `${colour}-fill`, width: 2, dots: true, show });
  const charts = {
    budget: { ...common, show: percent, range: shares(data.budget), shade: cliff, over: chosen(true), series: [series("within the budget", data.budget, "--blue", percent)] },
    refused: { ...common, height: 200, show: percent, range: shares(data.refused), over: chosen(false), series: [series("refused", data.refused, "--red", percent)] },
    recall: {
      ...common, height: 220, y: "log", unit: "ms", line: [data.budget_ms, `budget ${short(data.budget_ms)} ms`], over: chosen(false),
      series: [series("recall p99", data.recall, "--amber", ms)],
    },
  };
  for (const element of document.querySelectorAll("[data-chart]")) show(element, charts[element.dataset.chart]);

  // The chosen cap, as a line from top to bottom.
  function chosen(named) {
    return (plot) => {
      if (data.chosen === null) return;
      const { ctx, bbox } = plot;
      const at = plot.valToPos(Math.log10(data.chosen), "x", true);
      ctx.save();
      ctx.strokeStyle = css("--good");
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
      if (!named) return;
      const right = at < bbox.left + bbox.width * 0.8;
      note(plot, `take ${short(data.chosen)}`, at + (right ? 6 : -6) * devicePixelRatio, bbox.top + bbox.height - 8 * devicePixelRatio, "--good", right ? "left" : "right");
    };
  }

  // Where the curve falls off, as a shade behind it.
  function cliff(plot) {
    if (data.cliff === null) return;
    const { ctx, bbox } = plot;
    const [from, to] = data.cliff.map((cap) => plot.valToPos(Math.log10(cap), "x", true)).map((at) => Math.min(Math.max(at, bbox.left), bbox.left + bbox.width));
    ctx.save();
    ctx.fillStyle = css("--red-fill");
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.restore();
    note(plot, "cliff", (from + to) / 2, bbox.top + 18 * devicePixelRatio, "--red", "center");
  }
}

// From a little below the least to a little above the most, and never beyond nothing and all.
function shares(figure) {
  const ends = [...figure.mean, ...figure.low, ...figure.high].filter((share) => share != null);
  const [least, most] = [Math.min(...ends, 1), Math.max(...ends, 0)];
  const room = Math.max((most - least) * 0.08, 0.005);
  return [least - room < 0.02 ? 0 : least - room, most + room > 0.98 ? 1 + room / 2 : most + room];
}

function percent(share) {
  return share > 1 + 1e-9 ? "" : `${short(Math.round(share * 1e4) / 1e2)} %`;
}

drawPlotted(drawPlan);
