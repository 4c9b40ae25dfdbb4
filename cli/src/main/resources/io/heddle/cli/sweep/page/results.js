'use strict';
// Draws the points of `results report`: charts and a table of those that a filter takes, and each point by itself.
(function () {
  const { data, UNITS, scaled, frame, valueAxis } = page;
  const size = data.size;
  const PAGE = 50;
  const MOST_DOTS = 3000;

  // ---------------------------------------------------------------- columns

  function bytes(text) {
    const raw = atob(text);
    const array = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) {
      array[i] = raw.charCodeAt(i);
    }
    return array.buffer;
  }

  // A column: its number, its text and how it is ordered, of each point.
  function column(packed) {
    const made = { name: packed.name };
    if (packed.texts) {
      const codes = packed.width === 1 ? new Uint8Array(bytes(packed.bits)) : new Uint16Array(bytes(packed.bits));
      // A text that is null is none: the point lacks the name. Of too many texts the last are one, which is none of them.
      const given = text => text === null ? 0 : text === '' ? 1 : 2;
      const numbers = packed.texts.map((text, code) => code !== packed.other && /^-?(\d{1,18}|\d+\.\d+)$/.test(text) ? Number(text) : NaN);
      const plain = packed.texts.map(text => text === null ? undefined : conditions.plain(text));
      const isNumeric = packed.texts.every((text, code) => given(text) < 2 || code === packed.other || !isNaN(numbers[code]));
      const last = code => code === packed.other ? 1 : 0;
      const byText = (x, y) => x < y ? -1 : x > y ? 1 : 0;
      // What is left out comes first; numbers by value.
      const places = packed.texts.map((text, code) => code).sort((a, b) => given(packed.texts[a]) - given(packed.texts[b]) || last(a) - last(b)
        || (isNumeric && given(packed.texts[a]) === 2 && last(a) === 0 ? numbers[a] - numbers[b] : 0) || byText(packed.texts[a], packed.texts[b]));
      const order = new Array(places.length);
      places.forEach((code, place) => { order[code] = place; });
      made.texts = places.map(code => packed.texts[code]);
      made.code = i => order[codes[i]];
      made.text = i => packed.texts[codes[i]] || '';
      made.plain = i => plain[codes[i]];
      made.has = i => packed.texts[codes[i]] !== null;
      made.isOther = i => codes[i] === packed.other;
      made.number = i => numbers[codes[i]];
      made.order = i => given(packed.texts[codes[i]]) < 2 ? NaN : order[codes[i]];
      made.isNumeric = isNumeric;
    } else {
      const values = packed.width === 8 ? new Float64Array(bytes(packed.bits)) : new Float32Array(bytes(packed.bits));
      made.number = i => values[i];
      made.order = made.number;
      made.text = i => isNaN(values[i]) ? '' : String(values[i]);
      made.isNumeric = true;
    }
    return made;
  }

  const axes = data.values.map(column);
  const figures = new Map(data.figures.map(packed => [packed.name, column(packed)]));
  const point = column(data.point);
  const reason = column(data.reason);
  const time = figures.get('iteration_time_ns').number;
  const memory = figures.get('memory_peak_bytes').number;
  const capacity = figures.get('memory_bytes').number;
  const ranks = figures.get('ranks').number;
  const tokens = figures.get('tokens_per_second').number;
  const fits = i => figures.get('fits').text(i) === 'true';
  const simulated = i => !isNaN(time(i));

  const percent = value => isNaN(value) ? '' : (100 * value).toFixed(1) + ' %';
  const rate = value => isNaN(value) ? '' : value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
  const count = value => value.toLocaleString('en-US');
  const counted = (value, what) => count(value) + ' ' + what + (value === 1 ? '' : 's');
  const SHOWN = {
    iteration_time_ns: ['iteration', value => scaled4(value)],
    tokens_per_second: ['tokens/s', rate],
    tokens_per_second_per_device: ['tokens/s/GPU', rate],
    model_flops_per_second_per_device: ['TFLOP/s/GPU', value => rate(value / 1e12)],
    mfu: ['MFU', percent], hfu: ['HFU', percent], bubble: ['bubble', percent],
    compute_ns: ['compute', value => scaled4(value)],
    exposed_communication_ns: ['exposed comm.', value => scaled4(value)],
    memory_peak_bytes: ['memory', UNITS.B],
    memory_bytes: ['of device', UNITS.B],
    ranks: ['GPUs', count], fits: ['fits', null], basis: ['times rest on', null]
  };
  for (const name of figures.keys()) {
    const axes = /^exposed_communication_(.+)_ns$/.exec(name);
    if (axes) {
      SHOWN[name] = ['exposed ' + axes[1], value => scaled4(value)];
    }
  }

  // Times that differ little still look different.
  function scaled4(value) {
    if (isNaN(value)) {
      return '';
    }
    const units = ['ns', 'us', 'ms', 's'];
    let unit = 0;
    while (value >= 1000 && unit < 3) {
      value /= 1000;
      unit++;
    }
    return (unit === 0 ? value : value.toFixed(3)) + ' ' + units[unit];
  }

  function shown(figure, i) {
    const form = SHOWN[figure.name];
    return form && form[1] ? isNaN(figure.number(i)) ? '' : form[1](figure.number(i)) : figure.text(i);
  }

  // ---------------------------------------------------------------- filter

  const ALIASES = { time: 'iteration_time_ns', memory: 'memory_peak_bytes' };

  // What a name is of each point, for conditions: a line of the sweep, or else a figure.
  function look(name) {
    const axis = axes.find(one => one.name === name);
    const figure = name === 'point' ? point : figures.get(Object.hasOwn(ALIASES, name) ? ALIASES[name] : name);
    const ofFigure = name === 'fits' ? i => simulated(i) ? fits(i) ? 1 : 0 : NaN : figure ? figure.number : () => NaN;
    const textOfFigure = i => name === 'reason' ? reason.plain(i) : isNaN(ofFigure(i)) ? undefined : name === 'fits' ? String(fits(i)) : String(ofFigure(i));
    return {
      number: i => axis === undefined || isNaN(axis.number(i)) ? ofFigure(i) : axis.number(i),
      text: i => axis === undefined || !axis.has(i) ? textOfFigure(i) : axis.plain(i),
      isFigure: figure !== undefined || name === 'fits'
    };
  }

  // ---------------------------------------------------------------- elements

  function make(parent, name, attributes, text) {
    const element = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => element.setAttribute(key, value));
    if (text !== undefined) {
      element.textContent = text;
    }
    parent.appendChild(element);
    return element;
  }

  function section(parent, id, title, caption) {
    const made = make(parent, 'section');
    make(made, 'h2', {}, title);
    make(made, 'p', { class: 'quiet' }, caption);
    make(made, 'div', { class: 'chart', id: id, role: 'img', 'aria-label': title + ', drawn; the same numbers are in the table below' });
    const details = make(made, 'details');
    make(details, 'summary', {}, 'As a table');
    return { section: made, table: make(details, 'div', { class: 'wide' }) };
  }

  // Cells are texts or { text, href }.
  function table(place, head, rows, kind) {
    place.textContent = '';
    const made = make(place, 'table', { class: kind || 'numbers' });
    const top = make(make(made, 'thead'), 'tr');
    head.forEach(name => make(top, 'th', { scope: 'col' }, name));
    const body = make(made, 'tbody');
    rows.forEach(row => {
      const line = make(body, 'tr');
      row.forEach((cell, c) => {
        const element = make(line, c === 0 ? 'th' : 'td', c === 0 ? { scope: 'row' } : {});
        if (cell.href) {
          make(element, 'a', { href: cell.href }, cell.text);
        } else {
          element.textContent = cell;
        }
      });
    });
    return made;
  }

  // Points of several sweeps may have one number, so that places in the page tell them apart.
  const link = i => ({ text: String(point.number(i)), href: '#row=' + i });
  const valueOf = text => text === null ? 'not set' : text === '' ? '()' : text;

  const explorer = document.getElementById('explorer');
  const overview = make(explorer, 'div', { id: 'overview' });
  const single = make(explorer, 'section', { id: 'single', tabindex: '-1', hidden: '' });

  // ---------------------------------------------------------------- filter, as a form

  const form = make(overview, 'form', { class: 'filter' });
  make(form, 'label', { for: 'where' }, 'Points that');
  const where = make(form, 'input', {
    id: 'where', name: 'where', type: 'text', size: '44', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'taken',
    placeholder: 'fits and ' + (axes.length > 0 ? axes[0].name + (axes[0].isNumeric ? ' <= ' : ' = ') + valueOf(axes[0].texts[axes[0].texts.length - 1]) : 'mfu > 0.3')
  });
  const chosen = axes.filter(axis => axis.texts.length > 1 && axis.texts.length <= 200).map(axis => {
    const label = make(form, 'label', {}, axis.name + ' ');
    const select = make(label, 'select', { name: axis.name });
    make(select, 'option', { value: '' }, 'any');
    axis.texts.forEach((text, code) => make(select, 'option', { value: String(code) }, valueOf(text)));
    return { axis: axis, select: select };
  });
  make(form, 'button', { type: 'reset' }, 'Reset');
  const taken = make(form, 'output', { id: 'taken', 'aria-live': 'polite' });

  // ---------------------------------------------------------------- what is taken

  let selected = new Uint32Array(0);
  let kept = new Uint32Array(0);

  function select() {
    const met = new Uint8Array(size).fill(1);
    let wrong = '';
    if (where.value.trim() !== '') {
      try {
        const condition = conditions.read(where.value, look);
        for (let i = 0; i < size; i++) {
          met[i] = condition.test(i) ? 1 : 0;
        }
        if (condition.unknown().length > 0) {
          throw new Error('no point has ' + condition.unknown().join(', '));
        }
      } catch (e) {
        wrong = e.message;
        met.fill(1);
      }
    }
    where.setAttribute('aria-invalid', String(wrong !== ''));
    const wanted = chosen.filter(one => one.select.value !== '').map(one => [one.axis, Number(one.select.value)]);
    const all = new Uint32Array(size);
    const ran = new Uint32Array(size);
    let n = 0;
    let m = 0;
    for (let i = 0; i < size; i++) {
      if (met[i] === 1 && wanted.every(([axis, code]) => axis.code(i) === code)) {
        all[n++] = i;
        if (simulated(i)) {
          ran[m++] = i;
        }
      }
    }
    selected = all.slice(0, n);
    kept = ran.slice(0, m);
    taken.textContent = wrong !== '' ? 'Not a condition: ' + wrong : count(n) + ' of ' + counted(size, 'point') + ', ' + count(m) + ' simulated';
    taken.classList.toggle('wrong', wrong !== '');
  }

  // The first is the best: those that fit, by time.
  function isBetter(a, b) {
    return fits(a) !== fits(b) ? fits(a) : time(a) !== time(b) ? time(a) < time(b) : a < b;
  }

  // ---------------------------------------------------------------- time against memory

  const fronted = section(overview, 'front', 'Time against memory',
    'Each point by the memory that its fullest rank holds and the time of a step. The line joins the Pareto front: points that no other beats'
    + ' in both. Many points are drawn as boxes; click a point or a box to open its fastest point.');

  function front() {
    const known = Array.from(kept).filter(i => !isNaN(memory(i)) && fits(i));
    known.sort((a, b) => time(a) - time(b) || memory(a) - memory(b) || a - b);
    const best = [];
    known.forEach(i => {
      if (best.length === 0 || memory(i) < memory(best[best.length - 1])) {
        best.push(i);
      }
    });
    return best;
  }

  // Boxes of a grid, each with how many points it has and the best of them.
  function boxes(points, x, y) {
    const COLUMNS = 120;
    const ROWS = 70;
    const grid = new Map();
    points.forEach(i => {
      const key = Math.min(COLUMNS - 1, Math.floor(x(memory(i)) * COLUMNS)) * ROWS + Math.min(ROWS - 1, Math.floor(y(time(i)) * ROWS));
      const box = grid.get(key);
      if (box === undefined) {
        grid.set(key, { best: i, count: 1 });
      } else {
        box.count++;
        box.best = isBetter(i, box.best) ? i : box.best;
      }
    });
    return [...grid].map(([key, box]) => ({
      x: [Math.floor(key / ROWS) / COLUMNS, (Math.floor(key / ROWS) + 1) / COLUMNS],
      y: [(key % ROWS) / ROWS, (key % ROWS + 1) / ROWS], count: box.count, best: box.best
    }));
  }

  // A scale of an axis: where a value is between 0 and 1, and back; logarithmic where values are far apart.
  function scale(points, value) {
    let least = Infinity;
    let most = 0;
    points.forEach(i => {
      least = Math.min(least, value(i));
      most = Math.max(most, value(i));
    });
    if (!(most > 0)) {
      least = 1;
      most = 2;
    }
    const isLog = least > 0 && most / least > 20;
    const min = isLog ? least / 1.1 : Math.max(0, least - 0.05 * (most - least) - 1);
    const max = isLog ? most * 1.1 : most + 0.05 * (most - least) + 1;
    return {
      type: isLog ? 'log' : 'value', min: min, max: max,
      to: v => isLog ? Math.log(v / min) / Math.log(max / min) : (v - min) / (max - min),
      from: share => isLog ? min * Math.pow(max / min, share) : min + share * (max - min)
    };
  }

  const describe = i => ['point ' + point.number(i)].concat(
    axes.filter(axis => axis.text(i) !== '').map(axis => axis.name + ' = ' + axis.text(i)),
    [scaled4(time(i)) + ', ' + UNITS.B(memory(i)) + (fits(i) ? '' : ', too much')]).join('\n');

  const open = i => { window.location.hash = 'row=' + i; };

  function frontChart(theme) {
    const points = Array.from(kept).filter(i => !isNaN(memory(i)));
    const best = front();
    table(fronted.table, ['point', 'iteration', 'memory'].concat(axes.map(axis => axis.name)),
      best.slice(0, 200).map(i => [link(i), scaled4(time(i)), UNITS.B(memory(i))].concat(axes.map(axis => axis.text(i)))));
    if (points.length === 0) {
      return null;
    }
    const x = scale(points, memory);
    const y = scale(points, time);
    const option = frame(theme);
    const capacities = new Set(points.map(capacity));
    option.grid = { left: 70, right: 24, top: 62, bottom: 48, containLabel: false };
    option.xAxis = Object.assign(valueAxis(theme, UNITS.B), { type: x.type, min: x.min, max: x.max, name: 'peak memory of a rank', nameLocation: 'middle', nameGap: 30, nameTextStyle: { color: theme.quiet } });
    option.yAxis = Object.assign(valueAxis(theme, UNITS.ns), { type: y.type, min: y.min, max: y.max, name: 'iteration', nameTextStyle: { color: theme.quiet } });
    [option.xAxis, option.yAxis].forEach(axis => {
      axis.axisLabel.showMinLabel = axis.type === 'value' ? false : undefined;
      axis.axisLabel.showMaxLabel = false;
    });
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = one => one.data.box
      ? counted(one.data.box.count, 'point') + ', the best of them:\n' + describe(one.data.box.best) : one.data.of === undefined ? '' : describe(one.data.of);
    const series = [];
    const groups = [['fits', points.filter(fits), page.COLORS.compute], ['does not fit', points.filter(i => !fits(i)), '#d9534f']];
    groups.filter(group => group[1].length > 0).forEach(([name, of, color]) => {
      if (points.length <= MOST_DOTS) {
        series.push({
          name: name, type: 'scatter', symbolSize: of.length > 500 ? 5 : 7, itemStyle: { color: color, opacity: 0.65 },
          data: of.map(i => ({ value: [memory(i), time(i)], of: i }))
        });
        return;
      }
      const made = boxes(of, x.to, y.to);
      const most = made.reduce((m, box) => Math.max(m, box.count), 1);
      series.push({
        name: name, type: 'custom', itemStyle: { color: color }, clip: true,
        data: made.map(box => ({ value: [x.from(box.x[0]), y.from(box.y[0]), x.from(box.x[1]), y.from(box.y[1])], box: box })),
        renderItem: (parameters, api) => {
          const from = api.coord([api.value(0), api.value(3)]);
          const to = api.coord([api.value(2), api.value(1)]);
          const share = Math.log(1 + made[parameters.dataIndex].count) / Math.log(1 + most);
          return {
            type: 'rect', shape: { x: from[0], y: from[1], width: Math.max(1.5, to[0] - from[0]), height: Math.max(1.5, to[1] - from[1]) },
            style: { fill: color, opacity: 0.25 + 0.75 * share }
          };
        }
      });
    });
    if (best.length > 0) {
      series.push({
        name: 'Pareto front', type: 'line', step: 'start', symbol: 'circle', symbolSize: 8, z: 5,
        lineStyle: { color: theme.ink, width: 1.5 }, itemStyle: { color: theme.ink },
        data: best.slice().reverse().map(i => ({ value: [memory(i), time(i)], of: i }))
      });
    }
    if (capacities.size === 1 && series.length > 0) {
      const [limit] = capacities;
      if (limit <= x.max) {
        series[0].markLine = {
          symbol: 'none', silent: true, data: [{ xAxis: limit }], lineStyle: { color: '#d9534f', type: 'dashed', width: 1.5 },
          label: { formatter: 'device: ' + UNITS.B(limit), color: theme.quiet, position: 'end', align: 'right' }
        };
      }
    }
    option.series = series;
    return {
      option: option, height: 480, renderer: points.length > 500 ? 'canvas' : 'svg',
      click: one => { if (one.data && (one.data.box || one.data.of !== undefined)) { open(one.data.box ? one.data.box.best : one.data.of); } }
    };
  }

  // ---------------------------------------------------------------- sensitivity

  const sensed = section(overview, 'sensitivity', 'What each line costs',
    'How much more time the best point with a value takes than the best of all, everything else free; only points that fit. Where numbers of GPUs'
    + ' differ, it is the time of all GPUs together for a token. Lines that matter most come first.');
  const MOST_ROWS = 60;
  const MOST_VALUES = 200;
  const unsensed = make(sensed.section, 'p', { class: 'quiet' });

  // Steps of different numbers of GPUs are compared by what a token takes of all of them.
  function costs() {
    const isMixed = kept.some(i => ranks(i) !== ranks(kept[0]));
    return isMixed ? i => ranks(i) / tokens(i) : time;
  }

  function sensitivity(cost) {
    const lines = axes.filter(axis => axis.texts.length > 1).map(axis => {
      const values = axis.texts.map(text => ({ text: text, best: -1, points: 0, fit: 0 }));
      kept.forEach(i => {
        const value = values[axis.code(i)];
        value.points++;
        if (fits(i)) {
          value.fit++;
          value.best = value.best < 0 || cost(i) < cost(value.best) ? i : value.best;
        }
      });
      const seen = values.filter(value => value.points > 0);
      const times = seen.filter(value => value.best >= 0).map(value => cost(value.best));
      return { axis: axis, values: seen, least: Math.min(...times), spread: times.length > 1 ? Math.max(...times) / Math.min(...times) : 1 };
    }).filter(line => line.values.length > 1);
    lines.sort((a, b) => b.spread - a.spread);
    return lines;
  }

  function sensitivityChart(theme) {
    const cost = costs();
    const all = sensitivity(cost);
    const lines = all.filter(line => line.values.length <= MOST_VALUES);
    const wide = all.filter(line => line.values.length > MOST_VALUES).map(line => line.axis.name);
    unsensed.textContent = wide.length === 0 ? '' : 'Not shown, for more than ' + MOST_VALUES + ' values: ' + wide.join(', ') + '.';
    const rows = [];
    lines.forEach(line => line.values.forEach(value => rows.push({ name: line.axis.name + ' = ' + valueOf(value.text), value: value })));
    const best = Math.min(...lines.map(line => line.least));
    const slower = value => value.best < 0 ? NaN : cost(value.best) / best - 1;
    table(sensed.table, ['line', 'more than the best', 'time of its best', 'point', 'points', 'of these fit'], rows.map(row => [
      row.name, row.value.best < 0 ? 'none fits' : percent(slower(row.value)), row.value.best < 0 ? '' : scaled4(time(row.value.best)),
      row.value.best < 0 ? '' : link(row.value.best), count(row.value.points), count(row.value.fit)]));
    if (rows.length === 0) {
      return null;
    }
    const drawn = rows.slice(0, MOST_ROWS);
    const option = frame(theme);
    page.rows(option, theme, drawn.map(row => row.name), 30, 30);
    option.xAxis = valueAxis(theme, value => value + ' %');
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'shadow' };
    option.tooltip.formatter = many => {
      const row = drawn[many[0].dataIndex];
      return row.name + '\n' + (row.value.best < 0 ? 'none of ' + counted(row.value.points, 'point') + ' fits'
        : percent(slower(row.value)) + ' more than the best\n' + describe(row.value.best));
    };
    option.legend.show = false;
    const colors = new Map(lines.map((line, n) => [line.axis.name, [page.COLORS.compute, ...page.MORE][n % 9]]));
    option.series = [{
      name: 'slower', type: 'bar', barCategoryGap: '25%',
      data: drawn.map(row => ({
        value: row.value.best < 0 ? 0 : 100 * slower(row.value), of: row.value.best,
        itemStyle: { color: colors.get(row.name.slice(0, row.name.indexOf(' = '))) },
        label: row.value.best < 0 ? { show: true, position: 'insideLeft', formatter: 'none fits', color: theme.quiet }
          : { show: true, position: 'right', formatter: '+' + percent(slower(row.value)), color: theme.quiet }
      }))
    }];
    option.grid.right = 70;
    return {
      option: option, height: 64 + 22 * drawn.length, renderer: 'svg',
      click: one => { if (one.data.of >= 0) { open(one.data.of); } }
    };
  }

  // ---------------------------------------------------------------- scaling

  const grown = section(overview, 'scaling', 'Best for each number of GPUs',
    'Tokens a second of the best point that fits with so many GPUs; the dashed line grows with the GPUs from the first.');

  function scalingChart(theme) {
    const best = new Map();
    kept.forEach(i => {
      if (fits(i) && (!best.has(ranks(i)) || tokens(i) > tokens(best.get(ranks(i))))) {
        best.set(ranks(i), i);
      }
    });
    const steps = [...best].sort((a, b) => a[0] - b[0]).map(([n, i]) => ({ gpus: n, best: i }));
    grown.section.hidden = steps.length === 0;
    const first = steps.length > 0 ? tokens(steps[0].best) / steps[0].gpus : 0;
    table(grown.table, ['GPUs', 'point', 'tokens/s', 'tokens/s/GPU', 'of the first', 'iteration'], steps.map(step => [
      count(step.gpus), link(step.best), rate(tokens(step.best)), rate(tokens(step.best) / step.gpus),
      percent(tokens(step.best) / step.gpus / first), scaled4(time(step.best))]));
    grown.table.parentElement.open = grown.table.parentElement.open || steps.length === 1;
    if (steps.length < 2) {
      return null;
    }
    const option = frame(theme);
    const short = value => scaled(value, ['', 'k', 'M', 'G', 'T']);
    option.grid = { left: 70, right: 24, top: 62, bottom: 48, containLabel: false };
    option.xAxis = Object.assign(valueAxis(theme, count), { type: 'log', logBase: 2, min: steps[0].gpus, max: steps[steps.length - 1].gpus, name: 'GPUs', nameLocation: 'middle', nameGap: 28, nameTextStyle: { color: theme.quiet } });
    option.yAxis = Object.assign(valueAxis(theme, short), { type: 'log', min: 'dataMin', name: 'tokens/s', nameTextStyle: { color: theme.quiet } });
    option.yAxis.min = tokens(steps[0].best) / 1.3;
    option.yAxis.axisLabel.showMinLabel = false;
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = one => one.data.of === undefined ? '' : count(ranks(one.data.of)) + ' GPUs: ' + rate(tokens(one.data.of)) + ' tokens/s\n' + describe(one.data.of);
    option.series = [
      { name: 'best', type: 'line', symbolSize: 8, itemStyle: { color: page.COLORS.compute }, lineStyle: { color: page.COLORS.compute }, data: steps.map(step => ({ value: [step.gpus, tokens(step.best)], of: step.best })) },
      { name: 'as many more', type: 'line', symbol: 'none', silent: true, lineStyle: { color: theme.quiet, type: 'dashed', width: 1 }, itemStyle: { color: theme.quiet }, data: steps.map(step => [step.gpus, first * step.gpus]) }
    ];
    return { option: option, height: 380, renderer: 'svg', click: one => { if (one.data && one.data.of !== undefined) { open(one.data.of); } } };
  }

  // ---------------------------------------------------------------- table

  const listed = make(overview, 'section', { id: 'points' });
  make(listed, 'h2', {}, 'All points');
  const pager = make(listed, 'nav', { class: 'pager', 'aria-label': 'Pages of the table' });
  const sheet = make(listed, 'div', { class: 'wide', id: 'sheet' });
  const columns = [{ head: 'point', of: point, cell: i => link(i) }]
    .concat(axes.map(axis => ({ head: axis.name, of: axis, cell: i => axis.text(i) })))
    .concat([...figures.values()].map(figure => ({ head: (SHOWN[figure.name] || [figure.name])[0], of: figure, cell: i => shown(figure, i) })));
  if (size > 0 && Array.from({ length: size }, (unused, i) => i).some(i => !simulated(i))) {
    columns.push({ head: 'reason', of: reason, cell: i => reason.text(i) });
  }
  let sorted = { column: columns.find(one => one.of.name === 'iteration_time_ns'), falling: false };
  let ordered = selected;
  let leaf = 0;

  function order() {
    const keys = new Float64Array(size);
    // Whichever way it is sorted, what does not fit comes behind what fits, and what has no value last.
    const places = new Uint8Array(size);
    selected.forEach(i => {
      keys[i] = sorted.column.of.order(i);
      places[i] = isNaN(keys[i]) ? 2 : simulated(i) && !fits(i) ? 1 : 0;
    });
    const sign = sorted.falling ? -1 : 1;
    ordered = selected.slice().sort((a, b) =>
      places[a] - places[b] || (places[a] === 2 ? 0 : sign * (keys[a] - keys[b])) || a - b);
    leaf = 0;
  }

  function sheetOf() {
    const most = Math.max(0, Math.ceil(ordered.length / PAGE) - 1);
    leaf = Math.max(0, Math.min(leaf, most));
    const rows = Array.from(ordered.slice(leaf * PAGE, (leaf + 1) * PAGE));
    const made = table(sheet, columns.map(() => ''), rows.map(i => columns.map(one => one.cell(i))));
    made.querySelectorAll('thead th').forEach((cell, c) => {
      const button = make(cell, 'button', { type: 'button', class: 'sort' }, columns[c].head);
      const isSorted = sorted.column === columns[c];
      cell.setAttribute('aria-sort', isSorted ? sorted.falling ? 'descending' : 'ascending' : 'none');
      if (isSorted) {
        button.textContent += sorted.falling ? ' ▾' : ' ▴';
      }
      button.addEventListener('click', () => {
        sorted = { column: columns[c], falling: isSorted ? !sorted.falling : false };
        order();
        sheetOf();
        sheet.querySelectorAll('thead button')[c].focus();
      });
    });
    rows.forEach((i, r) => made.querySelectorAll('tbody tr')[r].classList.toggle('unfit', simulated(i) && !fits(i)));
    pager.textContent = '';
    [['First', 0, leaf > 0], ['Previous', leaf - 1, leaf > 0], ['Next', leaf + 1, leaf < most], ['Last', most, leaf < most]].forEach(([name, to, isOn], n) => {
      const button = make(pager, 'button', { type: 'button' }, name);
      button.disabled = !isOn;
      button.addEventListener('click', () => {
        leaf = to;
        sheetOf();
        const again = pager.querySelectorAll('button')[n];
        (again.disabled ? pager.querySelector('button:not(:disabled)') || again : again).focus();
      });
    });
    make(pager, 'span', { 'aria-live': 'polite' }, ordered.length === 0 ? 'no point' : 'rows ' + count(leaf * PAGE + 1) + ' to ' + count(leaf * PAGE + rows.length) + ' of ' + count(ordered.length));
  }

  // ---------------------------------------------------------------- one point

  const quoted = word => /^[A-Za-z0-9_./:=,@%+-]+$/.test(word) ? word : "'" + word.replace(/'/g, "'\\''") + "'";

  // A comma within a line would end its setting.
  const setting = axis => i => axis.name + '=' + (axis.text(i).includes(',') ? '(' + axis.text(i) + ')' : axis.text(i));

  function command(i) {
    const set = axes.filter(axis => axis.has(i)).map(axis => setting(axis)(i)).join(', ');
    return data.command.concat(set === '' ? [] : ['--set', set]).map(quoted).join(' ');
  }

  function place(i) {
    let better = 0;
    let fit = 0;
    let best = i;
    for (let j = 0; j < size; j++) {
      if (simulated(j) && fits(j)) {
        fit++;
        better += time(j) < time(i) ? 1 : 0;
        best = time(j) < time(best) || !fits(best) ? j : best;
      }
    }
    return fits(i) ? 'Place ' + count(better + 1) + ' of ' + counted(fit, 'point') + ' that fit, by time; '
      + (better === 0 ? 'the fastest.' : percent(time(i) / time(best) - 1) + ' slower than the fastest, point ' + point.number(best) + '.')
      : 'Does not fit into memory: ' + UNITS.B(memory(i)) + ' of ' + UNITS.B(capacity(i)) + '.';
  }

  // Numbers that are not whole have seven digits in the page.
  function full(figure, i) {
    const value = figure.number(i);
    return isNaN(value) || Number.isInteger(value) ? figure.text(i) : String(Number(value.toPrecision(7)));
  }

  function showPoint(i) {
    single.textContent = '';
    const back = make(single, 'p');
    make(back, 'a', { href: '#' }, 'All points');
    make(single, 'h2', {}, 'Point ' + point.number(i));
    make(single, 'p', { class: simulated(i) ? 'quiet' : 'warning' }, simulated(i) ? place(i) : 'Dropped: ' + reason.text(i));
    make(single, 'h3', {}, 'Lines of the plan');
    table(make(single, 'div', { class: 'wide', id: 'settings' }), ['line', 'value'],
      axes.filter(axis => axis.has(i)).map(axis => [axis.name, axis.text(i) === '' ? '()' : axis.text(i)]), 'text');
    if (simulated(i)) {
      make(single, 'h3', {}, 'Figures');
      make(single, 'div', { class: 'chart', id: 'times', role: 'img', 'aria-label': 'Compute, exposed communication and idle time, drawn' });
      table(make(single, 'div', { class: 'wide' }), ['figure', 'value', 'column', 'in full'], [...figures.values()].map(figure =>
        [(SHOWN[figure.name] || [figure.name])[0], shown(figure, i), figure.name, full(figure, i)]), 'numbers');
    }
    make(single, 'h3', {}, 'To run it again');
    const others = axes.filter(axis => axis.isOther(i)).map(axis => axis.name);
    if (others.length > 0) {
      make(single, 'p', { class: 'quiet', id: 'command' }, 'The page does not hold all values of ' + others.join(', ')
        + ', and so not the command; take fewer points by `heddle results report --where`.');
    } else {
      make(single, 'pre', { id: 'command' }, command(i));
    }
    if (!data.named && others.length === 0) {
      make(single, 'p', { class: 'quiet' }, 'FILE.tfm stands for the file of the plan; `heddle results report --file` names it.');
    }
    if (simulated(i)) {
      page.draw('times', theme => timesChart(theme, i));
    }
  }

  function timesChart(theme, i) {
    const compute = figures.get('compute_ns').number(i);
    const exposed = figures.get('exposed_communication_ns').number(i);
    const option = frame(theme);
    page.rows(option, theme, ['mean of all ranks'], 34, 30);
    option.xAxis = Object.assign(valueAxis(theme, UNITS.ns), { max: time(i) });
    option.tooltip.formatter = one => one.seriesName + '  ' + scaled4(one.value);
    option.series = [['compute', compute, page.COLORS.compute], ['exposed communication', exposed, page.COLORS.communication],
      ['idle', Math.max(0, time(i) - compute - exposed), theme.idle]].map(([name, value, color]) => ({
      name: name, type: 'bar', stack: 'all', data: [value], itemStyle: { color: color }
    }));
    return { option: option, height: 100, renderer: 'svg' };
  }

  function route() {
    const match = /^#row=(\d+)$/.exec(window.location.hash);
    const i = match ? Number(match[1]) : size;
    const isOne = i < size;
    const wasOne = !single.hidden;
    single.hidden = !isOne;
    overview.hidden = isOne;
    document.querySelectorAll('header .figures, #dropped').forEach(part => { part.hidden = isOne; });
    if (isOne) {
      showPoint(i);
      single.focus();
      window.scrollTo(0, 0);
    } else {
      page.drop('times');
      if (wasOne) {
        charts();
      }
    }
  }

  // ---------------------------------------------------------------- together

  function charts() {
    if (overview.hidden) {
      return;
    }
    page.draw('front', frontChart);
    page.draw('sensitivity', sensitivityChart);
    page.draw('scaling', scalingChart);
  }

  function refresh() {
    select();
    order();
    sheetOf();
    charts();
  }

  let later = 0;
  const soon = () => {
    clearTimeout(later);
    later = setTimeout(refresh, 150);
  };
  form.addEventListener('submit', event => {
    event.preventDefault();
    refresh();
  });
  form.addEventListener('input', soon);
  form.addEventListener('reset', () => setTimeout(refresh, 0));
  window.addEventListener('hashchange', route);

  // The best are in the table of all.
  document.getElementById('best').hidden = true;
  refresh();
  route();
}());
