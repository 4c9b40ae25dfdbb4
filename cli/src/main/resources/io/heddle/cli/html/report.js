'use strict';
// Draws a step, in `run --report` and in the page of `serve`.
(function () {
  const { UNITS, color, frame, valueAxis } = page;
  const time = UNITS.ns;

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
    page.rows(option, theme, figure.rows, top, 30);
    option.xAxis = valueAxis(theme, format);
    if (figure.mark !== undefined) {
      option.xAxis.max = limits => Math.max(limits.max, figure.mark * 1.02);
    } else if (figure.most !== undefined) {
      option.xAxis.max = figure.most;
    }
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'shadow' };
    option.tooltip.formatter = shown => [figure.rows[shown[0].dataIndex]]
      .concat(shown.map(part => part.seriesName + '  ' + format(part.value))).join('\n');
    option.series = series;
    return { option: option, height: top + 34 + rowHeight * figure.rows.length, renderer: 'svg' };
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
        renderItem: drawAction(figure, color(kind.name, theme), page.COLORS.recomputed)
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
      series.push({ name: 'recomputed', type: 'custom', data: [], itemStyle: { color: page.COLORS.recomputed }, renderItem: () => null });
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
    page.rows(option, theme, figure.rows, 34, 66);
    option.xAxis = valueAxis(theme, time);
    option.xAxis.min = 0;
    option.xAxis.max = figure.end;
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

  function show(figures) {
    figures.forEach(figure => page.draw(
      figure.id, theme => figure.kind === 'pipeline' ? pipeline(figure, theme) : bars(figure, theme)));
  }

  page.show = show;
  show(page.data.figures || []);
}());
