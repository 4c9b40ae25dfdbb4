'use strict';
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const charts = [];

  const LIGHT = { ink: '#1c2330', quiet: '#5d6878', line: '#dfe4ea', paper: '#ffffff', idle: '#e3e7ec' };
  const DARK = { ink: '#e3e8ef', quiet: '#98a3b3', line: '#2d3540', paper: '#1b212a', idle: '#39424e' };
  const COLORS = {
    'forward': '#4e86d8', 'backward': '#3f9f77', 'gradients of inputs': '#3f9f77', 'gradients of weights': '#8d78c9',
    'recomputed': '#d9a520', 'step': '#8a8f98', 'compute': '#4e86d8',
    'weights': '#4e86d8', 'gradients': '#3f9f77', 'optimizer': '#8d78c9', 'activations': '#d9a520', 'head': '#d9734e',
    'pending': '#2fa4b5', 'again': '#c25a8a', 'hidden behind compute': '#9aa5b4', 'exposed': '#d9534f', 'communication': '#e08e3c'
  };
  const MORE = ['#d9534f', '#e08e3c', '#c25a8a', '#b5a72c', '#7a6ad0', '#2fa4b5', '#9c6b4f', '#6f8f3c'];

  function scaled(value, units) {
    if (value === 0) {
      return '0';
    }
    let rest = value;
    let unit = 0;
    while (Math.abs(rest) >= 1000 && unit < units.length - 1) {
      rest /= 1000;
      unit++;
    }
    const digits = unit === 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
    return Number(rest.toFixed(digits)) + ' ' + units[unit];
  }
  const UNITS = {
    ns: value => scaled(value, ['ns', 'us', 'ms', 's']),
    B: value => scaled(value, ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB'])
  };
  const time = UNITS.ns;

  // Axes have one colour in all figures.
  function color(name, theme) {
    const axis = data.axes.indexOf(name.replace(/^exposed /, ''));
    return name === 'idle' || name === 'communication or idle' ? theme.idle
      : axis >= 0 ? MORE[axis % MORE.length] : COLORS[name] || COLORS.compute;
  }

  function frame(theme) {
    return {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { color: theme.ink, fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif' },
      legend: {
        type: 'scroll', top: 0, left: 0, itemWidth: 14, itemHeight: 10, itemGap: 16,
        textStyle: { color: theme.ink }, pageTextStyle: { color: theme.ink },
        pageIconColor: theme.ink, pageIconInactiveColor: theme.line
      },
      tooltip: {
        renderMode: 'richText', confine: true, backgroundColor: theme.paper, borderColor: theme.line,
        textStyle: { color: theme.ink, fontSize: 13, lineHeight: 19 }
      }
    };
  }

  function valueAxis(theme, format) {
    return {
      type: 'value', splitNumber: document.body.clientWidth < 640 ? 3 : 6, axisLabel: { color: theme.quiet, formatter: format, hideOverlap: true },
      axisLine: { show: true, lineStyle: { color: theme.line } }, splitLine: { lineStyle: { color: theme.line } }
    };
  }

  function rowAxis(theme, rows) {
    return {
      type: 'category', data: rows, inverse: true, axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.line } }, axisLabel: { color: theme.ink, interval: 0 }
    };
  }

  function bars(figure, theme) {
    const format = UNITS[figure.unit];
    const rowHeight = figure.rows.length > 24 ? 17 : 30;
    const series = figure.parts.map(part => ({
      name: part.name, type: 'bar', stack: 'all', barCategoryGap: '22%', data: part.values,
      itemStyle: { color: color(part.name, theme) }
    }));
    if (figure.mark !== undefined && series.length > 0) {
      series[0].markLine = {
        symbol: 'none', silent: true, data: [{ xAxis: figure.mark }],
        lineStyle: { color: '#d9534f', type: 'solid', width: 2 },
        label: { formatter: figure.markName, color: theme.ink, position: 'start', align: 'right' }
      };
    }
    const option = frame(theme);
    const top = figure.mark === undefined ? 34 : 54;
    option.grid = { left: 8, right: 24, top: top, bottom: 8, containLabel: true };
    option.xAxis = valueAxis(theme, format);
    if (figure.mark !== undefined) {
      option.xAxis.max = limits => Math.max(limits.max, figure.mark * 1.02);
    } else if (figure.most !== undefined) {
      option.xAxis.max = figure.most;
    }
    option.yAxis = rowAxis(theme, figure.rows);
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'shadow' };
    option.tooltip.formatter = shown => [figure.rows[shown[0].dataIndex]]
      .concat(shown.map(part => part.seriesName + '  ' + format(part.value))).join('\n');
    option.series = series;
    return { option: option, height: top + 40 + rowHeight * figure.rows.length, renderer: 'svg' };
  }

  // Columns of an action.
  const ROW = 0, START = 1, END = 2, MICRO_BATCH = 3, CHUNK = 4, COMPUTE = 5, RECOMPUTE = 6, EXPOSED = 7;

  function box(api, row, start, end, above, below, area) {
    const from = api.coord([start, row]);
    const to = api.coord([end, row]);
    const band = api.size([0, 1])[1];
    const left = Math.max(from[0], area.x);
    const right = Math.min(Math.max(to[0], from[0] + 0.5), area.x + area.width);
    return right <= left ? null
      : { x: left, y: from[1] + above * band, width: right - left, height: (below - above) * band };
  }

  function drawAction(figure, fill, again) {
    return (parameters, api) => {
      const row = api.value(ROW);
      const start = api.value(START);
      const end = api.value(END);
      const shape = box(api, row, start, end, -0.42, 0.12, parameters.coordSys);
      if (shape === null) {
        return null;
      }
      const children = [{ type: 'rect', shape: shape, style: { fill: fill, stroke: 'rgba(255,255,255,.35)', lineWidth: shape.width > 3 ? 0.5 : 0 } }];
      const recomputed = api.value(RECOMPUTE);
      if (recomputed > 0) {
        const part = box(api, row, start, start + (end - start) * Math.min(1, recomputed / (end - start)), -0.42, 0.12, parameters.coordSys);
        if (part !== null) {
          children.push({ type: 'rect', shape: part, style: { fill: again } });
        }
      }
      const microBatch = api.value(MICRO_BATCH);
      if (microBatch >= 0) {
        const label = figure.chunks > 1 ? microBatch + ':' + api.value(CHUNK) : String(microBatch);
        if (shape.width > 6 + 7 * label.length && shape.height > 10) {
          children.push({
            type: 'text', silent: true,
            style: {
              text: label, x: shape.x + shape.width / 2, y: shape.y + shape.height / 2,
              align: 'center', verticalAlign: 'middle', fill: '#fff', fontSize: Math.min(12, shape.height * 0.8)
            }
          });
        }
      }
      return { type: 'group', children: children };
    };
  }

  // One path for all times of a lane: a box as high as the lane was busy.
  function drawLane(lanes, fill) {
    return (parameters, api) => {
      const lane = lanes[parameters.dataIndex];
      let path = '';
      for (let i = 0; i < lane.times.length; i += 3) {
        const start = lane.times[i];
        const end = lane.times[i + 1];
        const shape = box(api, lane.row, start, end, 0.43 - 0.25 * lane.times[i + 2] / (end - start), 0.43, parameters.coordSys);
        if (shape !== null) {
          path += 'M' + shape.x + ' ' + shape.y + 'h' + shape.width + 'v' + shape.height + 'h' + -shape.width + 'Z';
        }
      }
      return path === '' ? null : { type: 'path', shape: { pathData: path }, style: { fill: fill } };
    };
  }

  function pipeline(figure, theme) {
    const option = frame(theme);
    let count = 0;
    const series = figure.kinds.map(kind => {
      count += kind.actions.length;
      return {
        name: kind.name, type: 'custom', clip: true, encode: { x: [START, END], y: ROW }, data: kind.actions,
        itemStyle: { color: color(kind.name, theme) },
        renderItem: drawAction(figure, color(kind.name, theme), COLORS.recomputed)
      };
    });
    figure.lanes.forEach(by => {
      series.push({
        name: by.name, type: 'custom', clip: true, encode: { y: 0 }, data: by.stages.map(lane => [lane.row, lane.busy]),
        itemStyle: { color: color(by.name, theme) },
        renderItem: drawLane(by.stages, color(by.name, theme))
      });
    });
    if (figure.recomputes) {
      series.push({ name: 'recomputed', type: 'custom', data: [], itemStyle: { color: COLORS.recomputed }, renderItem: () => null });
    }
    option.tooltip.formatter = shown => {
      const row = figure.rows[shown.value[ROW]];
      const value = shown.value;
      if (value.length === 2) {
        return row + '\ncommunication, ' + shown.seriesName + ': ' + time(value[1]) + ' in all';
      }
      const what = value[MICRO_BATCH] < 0 ? shown.seriesName
        : shown.seriesName + ', micro-batch ' + value[MICRO_BATCH] + (figure.chunks > 1 ? ', chunk ' + value[CHUNK] : '');
      return [row, what, time(value[START]) + ' to ' + time(value[END]) + ': ' + time(value[END] - value[START]),
        'compute ' + time(value[COMPUTE]) + (value[RECOMPUTE] > 0 ? ', of it recomputed ' + time(value[RECOMPUTE]) : ''),
        'exposed communication ' + time(value[EXPOSED])].join('\n');
    };
    option.grid = { left: 8, right: 24, top: 34, bottom: 44, containLabel: true };
    option.xAxis = valueAxis(theme, time);
    option.xAxis.min = 0;
    option.xAxis.max = figure.end;
    option.yAxis = rowAxis(theme, figure.rows);
    option.yAxis.splitLine = { show: true, lineStyle: { color: theme.line } };
    option.dataZoom = [
      {
        type: 'slider', xAxisIndex: 0, filterMode: 'none', height: 22, bottom: 8, labelFormatter: time,
        borderColor: theme.line, textStyle: { color: theme.quiet }, brushSelect: false
      },
      { type: 'inside', xAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false }
    ];
    option.series = series;
    const rowHeight = Math.max(22, Math.min(64, 900 / figure.rows.length));
    return { option: option, height: 34 + 70 + rowHeight * figure.rows.length, renderer: count > 6000 ? 'canvas' : 'svg' };
  }

  function draw(theme) {
    charts.splice(0).forEach(chart => chart.dispose());
    data.figures.forEach(figure => {
      const place = document.getElementById(figure.id);
      const made = figure.kind === 'pipeline' ? pipeline(figure, theme) : bars(figure, theme);
      place.style.height = made.height + 'px';
      const chart = echarts.init(place, null, { renderer: made.renderer });
      chart.setOption(made.option);
      charts.push(chart);
    });
  }

  function redraw() {
    draw(dark.matches ? DARK : LIGHT);
  }

  document.body.classList.add('drawn');
  document.querySelectorAll('details').forEach(details => { details.open = false; });
  redraw();
  dark.addEventListener('change', redraw);
  window.addEventListener('resize', () => charts.forEach(chart => chart.resize()));
  window.addEventListener('beforeprint', () => {
    document.body.style.width = '680px';
    draw(LIGHT);
  });
  window.addEventListener('afterprint', () => {
    document.body.style.width = '';
    redraw();
  });
}());
