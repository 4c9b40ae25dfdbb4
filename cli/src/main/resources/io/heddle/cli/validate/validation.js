'use strict';
// Draws the rows of `validate --report`: what is predicted over what was measured.
(function () {
  const { data, UNITS, color, frame, valueAxis } = page;
  const MEASURED = 0, RATIO = 1, ROW = 2, FAMILY = 3;
  const HEIGHT = 420;

  function limits(points, column, room) {
    let least = Infinity;
    let most = 0;
    points.forEach(point => {
      least = Math.min(least, point[column]);
      most = Math.max(most, point[column]);
    });
    return { min: least / room, max: most * room };
  }

  function ratio(value) {
    return String(Number(value.toPrecision(3)));
  }

  function chart(figure, theme) {
    const format = UNITS[figure.unit];
    const points = figure.groups.flatMap(group => group.points);
    const option = frame(theme);
    option.grid = { left: 64, right: 24, top: 62, bottom: 48, containLabel: false };
    const measured = limits(points, MEASURED, 1.2);
    option.xAxis = Object.assign(valueAxis(theme, format), measured,
      { type: 'log', logBase: measured.max / measured.min < 100 ? 2 : 10, name: 'measured', nameLocation: 'middle', nameGap: 30, nameTextStyle: { color: theme.quiet } });
    const ends = limits(points, RATIO, 1.05);
    option.yAxis = Object.assign(valueAxis(theme, ratio),
      { min: Math.min(ends.min, 0.85), max: Math.max(ends.max, 1.15), name: 'predicted / measured', nameTextStyle: { color: theme.quiet, align: 'left' } });
    option.xAxis.axisLabel.showMinLabel = false;
    option.xAxis.axisLabel.showMaxLabel = false;
    option.yAxis.axisLabel.showMinLabel = false;
    option.yAxis.axisLabel.showMaxLabel = false;
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = one => one.data.value === undefined ? '' : [one.data.value[ROW], one.data.value[FAMILY],
      'measured ' + format(one.data.value[MEASURED]) + ', predicted ' + format(one.data.value[MEASURED] * one.data.value[RATIO])
      + ' (' + (one.data.value[RATIO] < 1 ? '' : '+') + (100 * (one.data.value[RATIO] - 1)).toFixed(1) + ' %)'].join('\n');
    option.series = figure.groups.map((group, index) => ({
      name: group.name, type: 'scatter', symbolSize: points.length > 500 ? 5 : 7, itemStyle: { color: color(group.name, theme), opacity: 0.7 },
      data: group.points.map(point => ({ value: point })),
      markLine: index > 0 ? undefined : {
        symbol: 'none', silent: true, label: { show: false },
        data: [1, 0.9, 1.1].map(at => ({ yAxis: at, lineStyle: { color: theme.quiet, type: at === 1 ? 'solid' : 'dashed', width: 1 } }))
      }
    }));
    return { option: option, height: HEIGHT, renderer: points.length > 1000 ? 'canvas' : 'svg' };
  }

  data.figures.forEach(figure => page.draw(figure.id, theme => chart(figure, theme)));
}());
