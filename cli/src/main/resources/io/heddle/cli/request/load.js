'use strict';
// Draws how requests were served: shares of them by their times, and what pools had over time.
(function () {
  const { UNITS, COLORS, frame, valueAxis } = page;
  const time = UNITS.ns;
  const GOAL = '#d9534f';
  const HEIGHT = 300;

  function count(value) {
    return value >= 10000 ? (value / 1000).toFixed(0) + ' k' : String(Number(value.toPrecision(3)));
  }

  function base(theme, bottom) {
    const option = frame(theme);
    option.grid = { left: 58, right: 28, top: 40, bottom: bottom, containLabel: false };
    option.xAxis = valueAxis(theme, time);
    option.xAxis.min = 0;
    option.yAxis = valueAxis(theme, count);
    option.yAxis.min = 0;
    option.yAxis.splitNumber = 4;
    option.tooltip.trigger = 'axis';
    return option;
  }

  // A few slow requests would press the others into a corner: what is behind 99.5 % is at the right edge or beyond.
  function shares(figure, theme) {
    const last = figure.nanos.length - 1;
    const option = base(theme, 34);
    const most = Math.max(figure.nanos[last - 1], ...figure.goals.map(goal => goal.nanos)) * 1.05;
    option.xAxis.max = most > 0 ? most : 1;
    option.yAxis.max = 100;
    option.yAxis.interval = 25;
    option.yAxis.axisLabel.formatter = value => value + ' %';
    option.tooltip.formatter = shown => {
      const one = shown.find(each => each.seriesName === 'share');
      return one === undefined ? '' : one.value[1] + ' % take no longer than ' + time(one.value[0]);
    };
    option.legend.data = ['share'].concat(figure.goals.map(goal => goal.name));
    option.series = [{
      name: 'share', type: 'line', step: 'start', showSymbol: false, clip: true, itemStyle: { color: COLORS.compute },
      data: figure.nanos.map((nanos, place) => [nanos, 100 * place / last])
    }];
    figure.goals.forEach(goal => {
      const line = { symbol: 'none', silent: true, lineStyle: { color: GOAL, type: 'dashed', width: 1.5 }, label: { show: false } };
      line.data = [{ xAxis: goal.nanos }].concat(goal.share < 0 ? [] : [{ yAxis: goal.share }]);
      option.series.push({
        name: goal.name, type: 'scatter', symbol: 'diamond', symbolSize: goal.share < 0 ? 0 : 11, itemStyle: { color: GOAL },
        data: [[goal.nanos, goal.share < 0 ? 0 : goal.share]], markLine: line
      });
    });
    return { option: option, height: HEIGHT, renderer: 'svg' };
  }

  function lines(figure, theme) {
    const option = base(theme, 34);
    const colors = [COLORS.compute, COLORS.communication];
    const ends = figure.lines.length === 0 ? 0 : figure.lines[0].values.length * figure.span;
    option.xAxis.max = ends;
    option.tooltip.formatter = shown => ['from ' + time(shown[0].value[0])]
      .concat(shown.map(part => part.seriesName + '  ' + count(part.value[1]))).join('\n');
    option.series = figure.lines.map((line, place) => ({
      name: line.name, type: 'line', step: 'end', showSymbol: false, areaStyle: { opacity: 0.15 },
      itemStyle: { color: colors[place % colors.length] },
      data: line.values.map((value, span) => [span * figure.span, value])
        .concat(line.values.length === 0 ? [] : [[ends, line.values[line.values.length - 1]]])
    }));
    if (figure.most !== undefined && option.series.length > 0) {
      option.yAxis.max = limits => Math.max(limits.max, figure.most * 1.05);
      option.series[0].markLine = {
        symbol: 'none', silent: true, data: [{ yAxis: figure.most }],
        lineStyle: { color: GOAL, type: 'solid', width: 1.5 }, label: { formatter: 'all', position: 'insideEndBottom', color: theme.ink }
      };
    }
    return { option: option, height: HEIGHT, renderer: 'svg' };
  }

  page.data.figures.forEach(figure => page.draw(
    figure.id, theme => figure.kind === 'shares' ? shares(figure, theme) : lines(figure, theme)));
}());
