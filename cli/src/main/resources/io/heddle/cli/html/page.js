'use strict';
// What all pages draw with: units, colours that follow the reader's, frames of charts.
const page = (function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const sheet = document.getElementById('sheet') || document.body;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const drawn = new Map();
  // As the style sheet has it, so that whoever shows the page elsewhere need change that alone.
  const isDark = () => getComputedStyle(document.documentElement).getPropertyValue('--dark').trim() === '1';

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

  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

  // Axes have one colour in all figures.
  function color(name, theme) {
    const axis = (data.axes || []).indexOf(name.replace(/^exposed /, ''));
    return name === 'idle' || name === 'communication or idle' ? theme.idle
      : axis >= 0 ? MORE[axis % MORE.length] : COLORS[name] || COLORS.compute;
  }

  function frame(theme) {
    return {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { color: theme.ink, fontFamily: FONT },
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
      type: 'value', splitNumber: sheet.clientWidth < 640 ? 3 : 6, axisLabel: { color: theme.quiet, formatter: format, hideOverlap: true },
      axisLine: { show: true, lineStyle: { color: theme.line } }, splitLine: { lineStyle: { color: theme.line } }
    };
  }

  // Labels are as wide as this browser draws them, not as the library guesses.
  function widest(texts) {
    const ruler = document.createElement('span');
    ruler.style.cssText = 'position: absolute; visibility: hidden; white-space: pre; font: 12px ' + FONT;
    document.body.appendChild(ruler);
    let most = 0;
    texts.forEach(text => {
      ruler.textContent = text;
      most = Math.max(most, ruler.getBoundingClientRect().width);
    });
    ruler.remove();
    return Math.ceil(most);
  }

  // A chart with a row for each name; names take at most two fifths of it.
  function rows(option, theme, names, top, bottom) {
    const room = Math.max(60, sheet.clientWidth * 0.4);
    const width = Math.min(room, widest(names) + 2);
    option.grid = { left: width + 16, right: 24, top: top, bottom: bottom, containLabel: false };
    option.yAxis = {
      type: 'category', data: names, inverse: true, axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: { color: theme.ink, interval: 0, width: width, overflow: 'truncate' }
    };
  }

  function put(place) {
    const theme = isDark() && !printing ? DARK : LIGHT;
    const before = drawn.get(place.id);
    if (before && before.chart) {
      before.chart.dispose();
    }
    const made = place.make(theme);
    const element = document.getElementById(place.id);
    if (made === null) {
      element.style.height = '0';
      drawn.set(place.id, { place: place, chart: null });
      return;
    }
    element.style.height = made.height + 'px';
    const chart = echarts.init(element, null, { renderer: made.renderer });
    chart.setOption(made.option);
    if (made.click) {
      chart.on('click', made.click);
    }
    drawn.set(place.id, { place: place, chart: chart });
  }

  let printing = false;
  function redraw() {
    [...drawn.values()].filter(one => document.getElementById(one.place.id).offsetParent !== null).forEach(one => put(one.place));
  }

  // Draws a chart in the element of an id: make(theme) is its option, height, renderer and perhaps what a click does.
  function draw(id, make) {
    put({ id: id, make: make });
  }

  // Forgets a chart whose element is gone.
  function drop(id) {
    const one = drawn.get(id);
    if (one && one.chart) {
      one.chart.dispose();
    }
    drawn.delete(id);
  }

  document.body.classList.add('drawn');
  document.querySelectorAll('details').forEach(details => { details.open = false; });
  dark.addEventListener('change', redraw);
  window.addEventListener('resize', () => drawn.forEach(one => one.chart && one.chart.resize()));
  window.addEventListener('beforeprint', () => {
    document.body.style.width = '680px';
    printing = true;
    redraw();
  });
  window.addEventListener('afterprint', () => {
    document.body.style.width = '';
    printing = false;
    redraw();
  });

  return {
    data: data, UNITS: UNITS, COLORS: COLORS, MORE: MORE, scaled: scaled, color: color, frame: frame,
    valueAxis: valueAxis, rows: rows, draw: draw, drop: drop
  };
}());
