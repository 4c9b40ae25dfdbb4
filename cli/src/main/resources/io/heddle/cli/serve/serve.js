'use strict';
// The page of `serve`: the text, what comes of it, and the numbers between them.
(function () {
  const byId = id => document.getElementById(id);
  const LOOK_AGAIN = 2000;

  let file = null;         // the open file: name, uri, hash of what it says on the disk
  let saved = '';          // the text of which that is the hash
  let plan = '';
  let conflict = null;     // what the file says instead
  let listing = null;
  let figures = null;      // those that are not drawn yet

  function say(text) {
    byId('state').textContent = text;
  }

  function sayOfFile(text) {
    byId('file-state').textContent = text;
  }

  // The right side

  function outline(content) {
    if (!file || content.uri !== file.uri) {
      return;
    }
    plan = content.plan;
    fill(byId('plan'), content.plans, plan);
    sliders.show(content.numbers);
    text.colour();
    asked.show();
  }

  function step(content) {
    if (!file || content.uri !== file.uri) {
      return;
    }
    const why = byId('why');
    why.hidden = content.why === '';
    why.textContent = content.why;
    byId('step').classList.toggle('old', content.state === 'failed');
    if (content.state === 'failed' || content.state === 'inexact') {
      say(content.state === 'failed' ? 'the step of an earlier text' : 'by formulas');
      return;
    }
    const data = JSON.parse(content.data);
    page.data.axes = data.axes;
    put(byId('summary'), content.summary);
    sections(content.sections);
    figures = data.figures;
    draw();
    say(content.state === 'exact' ? 'simulated' : 'by formulas; simulating …');
  }

  // What is not to be seen has no size to be drawn in.
  function draw() {
    if (figures !== null && !byId('step').hidden) {
      page.show(figures);
      figures = null;
    }
  }

  // HTML of the server's making: all texts in it are encoded there.
  function put(element, html) {
    const open = [...element.querySelectorAll('details')].map(details => details.open);
    element.innerHTML = html;
    element.querySelectorAll('details').forEach((details, i) => { details.open = open[i] === true; });
  }

  function sections(wanted) {
    const place = byId('figures');
    [...place.children].filter(child => !wanted.some(section => section.id === child.dataset.id)).forEach(child => {
      page.drop(child.dataset.id);
      child.remove();
    });
    wanted.forEach((section, i) => {
      let child = [...place.children].find(one => one.dataset.id === section.id);
      if (!child) {
        child = document.createElement('div');
        child.dataset.id = section.id;
      }
      if (place.children[i] !== child) {
        place.insertBefore(child, place.children[i] || null);
      }
      page.drop(section.id);
      put(child, section.html);
    });
  }

  function fill(select, values, chosen) {
    const same = select.options.length === values.length && values.every((value, i) => select.options[i].value === value);
    if (!same) {
      select.replaceChildren(...values.map(value => new Option(value, value)));
    }
    select.value = chosen;
  }

  // Numbers

  const sliders = (function () {
    const STOPS = [];
    for (let power = 1; power <= 65536; power *= 2) {
      STOPS.push(power, power * 3);
    }
    const shown = new Map();
    let numbers = [];

    function stops(value) {
      return [...new Set(STOPS.concat([5, 7, value]))].filter(stop => stop <= Math.max(16, 16 * value)).sort((a, b) => a - b);
    }

    function make(number, i) {
      const element = document.createElement('div');
      element.className = 'slider';
      const id = 'number-' + i;
      element.innerHTML = '<label></label><output></output><input type="range" min="0" step="1"><small></small>';
      const [label, output, input, note] = element.children;
      label.htmlFor = input.id = id;
      label.textContent = number.name;
      output.htmlFor = id;
      const slider = { element: element, output: output, input: input, note: note, stops: [], passing: null, name: number.name };
      input.addEventListener('input', () => write(slider));
      input.addEventListener('focus', () => passing(slider));
      return slider;
    }

    function label(slider, value) {
      slider.output.textContent = String(value);
      slider.input.setAttribute('aria-valuetext', String(value));
    }

    // The values that pass the checks, which the server tries one by one: asked for when somebody wants to change it.
    function passing(slider) {
      text.request('heddle/values', { uri: file.uri, plan: plan, number: slider.name }).then(values => {
        slider.note.textContent = values.length ? 'passes the checks: ' + values.join(', ') : '';
      }, () => {});
    }

    function write(slider) {
      const number = numbers.find(one => one.name === slider.name);
      const value = slider.stops[Number(slider.input.value)];
      if (number && text.view.state.doc.sliceString(number.from, number.to) === number.value) {
        text.view.dispatch({ changes: { from: number.from, to: number.to, insert: String(value) }, userEvent: 'input.slider' });
        number.to = number.from + String(value).length;
        number.value = String(value);
        label(slider, value);
      }
    }

    function show(wanted) {
      numbers = wanted.map(number => ({
        name: number.name, value: number.value, from: text.offset(number.range.start), to: text.offset(number.range.end)
      }));
      byId('numbers').hidden = numbers.length === 0;
      [...shown.keys()].filter(name => !numbers.some(number => number.name === name)).forEach(name => {
        shown.get(name).element.remove();
        shown.delete(name);
      });
      numbers.forEach((number, i) => {
        const value = Number(number.value);
        if (!Number.isSafeInteger(value)) {
          return;
        }
        let slider = shown.get(number.name);
        if (!slider) {
          slider = make(number, i);
          shown.set(number.name, slider);
          byId('sliders').append(slider.element);
        }
        // A slider keeps its ends while it is moved.
        if (document.activeElement !== slider.input || !slider.stops.includes(value)) {
          slider.stops = stops(value);
          slider.input.max = String(slider.stops.length - 1);
        }
        slider.input.value = String(slider.stops.indexOf(value));
        label(slider, value);
      });
    }

    // Places move with what is typed before them.
    function moved(changes) {
      numbers.forEach(number => {
        number.from = changes.mapPos(number.from, -1);
        number.to = changes.mapPos(number.to, 1);
      });
    }

    return { show: show, moved: moved };
  }());

  // Files

  function isUnsaved() {
    return file !== null && text.text() !== saved;
  }

  function showUnsaved() {
    const unsaved = isUnsaved();
    byId('save').disabled = !unsaved && file !== null && file.hash !== '';
    document.title = (unsaved ? '* ' : '') + (file ? file.name + ' - ' : '') + 'Heddle';
  }

  function open(name) {
    return text.request('heddle/open', { name: name }).then(opened => {
      file = { name: opened.name, uri: opened.uri, hash: opened.hash };
      saved = opened.hash === '' ? '' : opened.text;
      settled();
      text.notify('heddle/show', { uri: file.uri, plan: '' });
      text.open(opened.uri, opened.text);
      text.notify('heddle/show', { uri: file.uri, plan: '' });
      saved = opened.hash === '' ? '' : text.text();
      files();
      showUnsaved();
      say('reading …');
    }, failed);
  }

  function failed(error) {
    sayOfFile(String((error && error.message) || error));
  }

  function files() {
    const select = byId('file');
    const own = listing.files.includes(file.name) ? listing.files : listing.files.concat([file.name]);
    const group = (label, names) => {
      const element = document.createElement('optgroup');
      element.label = label;
      element.append(...names.map(name => new Option(name, name)));
      return element;
    };
    select.replaceChildren(group(listing.folder, own), group('Copy of the library\u2019s', listing.library));
    select.value = file.name;
  }

  function save(known) {
    if (!file) {
      return;
    }
    const now = text.text();
    const hash = typeof known === 'string' ? known : file.hash;
    text.request('heddle/save', { name: file.name, text: now, hash: hash }).then(answer => {
      if (answer.isSaved) {
        if (!listing.files.includes(file.name)) {
          listing.files.push(file.name);
        }
        file.hash = answer.hash;
        saved = now;
        settled();
        showUnsaved();
        files();
        sayOfFile('saved');
      } else {
        disagree(answer);
      }
    }, failed);
  }

  function disagree(there) {
    conflict = there;
    byId('conflict-text').textContent = there.hash === ''
      ? file.name + ' is gone from the disk. Saving writes it again.'
      : file.name + ' changed on the disk. This text is not saved.';
    byId('take').hidden = there.hash === '';
    byId('conflict').hidden = false;
  }

  function settled() {
    conflict = null;
    byId('conflict').hidden = true;
  }

  // Whether somebody else changed the file.
  function look() {
    if (file && file.hash !== '' && conflict === null) {
      const asked = file;
      text.request('heddle/look', { name: file.name, hash: file.hash }).then(there => {
        if (there && file === asked && there.hash !== file.hash && conflict === null) {
          if (isUnsaved() || there.hash === '') {
            disagree(there);
          } else {
            take(there);
            sayOfFile('loaded anew: it changed on the disk');
          }
        }
      }, () => {});
    }
  }

  function take(there) {
    file.hash = there.hash;
    text.view.dispatch({ changes: { from: 0, to: text.view.state.doc.length, insert: there.text } });
    saved = text.text();
    settled();
    showUnsaved();
  }

  // The text

  const text = editing.make(byId('editor'), {
    changed(update) {
      sayOfFile('');
      sliders.moved(update.changes);
      showUnsaved();
    },
    said(method, content) {
      if (method === 'outline') {
        outline(content);
      } else {
        step(content);
      }
    },
    save: () => save(),
    opened() {
      if (file) {
        text.resume(file.uri);
        text.notify('heddle/show', { uri: file.uri, plan: plan });
        say('connected again');
        return;
      }
      text.request('heddle/files', {}).then(found => {
        listing = found;
        return open(found.first || found.files[0] || found.library.find(name => name === 'std/models/llama3.tfm') || found.library[0]);
      }).catch(failed);
    },
    closed() {
      say('the server is gone; this text is still here');
      setTimeout(text.connect, LOOK_AGAIN);
    },
    elsewhere(uri) {
      return text.request('heddle/read', { name: uri }).then(found => {
        byId('elsewhere-name').textContent = found.name;
        byId('elsewhere-text').replaceChildren();
        byId('elsewhere').showModal();
        return editing.reader(byId('elsewhere-text'), found.text);
      }, () => null);
    }
  });

  const asked = questions.make({
    ask: (method, more) => text.request(method, Object.assign({ uri: file.uri, plan: plan }, more)),
    shown: draw,
    why: name => text.request('workspace/executeCommand', { command: 'heddle.why', arguments: [file.uri, plan, name] }),
    plans: () => [...byId('plan').options].map(option => option.value).filter(name => name !== plan),
    name: () => file.name.replace(/^.*\//, '').replace(/\.tfm$/, '') + '-' + plan,
    go(range) {
      const from = text.offset(range.start);
      text.view.dispatch({ selection: { anchor: from, head: text.offset(range.end) }, scrollIntoView: true });
      text.view.focus();
    }
  });

  byId('plan').addEventListener('change', event => {
    plan = event.target.value;
    text.notify('heddle/show', { uri: file.uri, plan: plan });
  });
  byId('file').addEventListener('change', event => {
    const name = event.target.value;
    if (isUnsaved() && !window.confirm(file.name + ' is not saved. Open ' + name + ' and lose the changes?')) {
      event.target.value = file.name;
      return;
    }
    open(name);
  });
  byId('save').addEventListener('click', () => save());
  byId('format').addEventListener('click', text.format);
  byId('take').addEventListener('click', () => take(conflict));
  byId('keep').addEventListener('click', () => {
    file.hash = conflict.hash;
    saved = conflict.text;
    settled();
    showUnsaved();
  });
  window.addEventListener('beforeunload', event => {
    if (isUnsaved() && file.hash !== '') {
      event.preventDefault();
    }
  });

  // The divider, by mouse and by keys

  const divider = byId('divider');
  function divide(percent) {
    const width = Math.max(20, Math.min(80, percent));
    byId('editor').style.setProperty('--editor', width + '%');
    divider.setAttribute('aria-valuenow', String(Math.round(width)));
    window.dispatchEvent(new Event('resize'));
  }
  divider.addEventListener('pointerdown', event => divider.setPointerCapture(event.pointerId));
  divider.addEventListener('pointermove', event => {
    if (divider.hasPointerCapture(event.pointerId)) {
      divide(100 * event.clientX / window.innerWidth);
    }
  });
  divider.addEventListener('keydown', event => {
    const by = event.key === 'ArrowLeft' ? -2 : event.key === 'ArrowRight' ? 2 : 0;
    if (by !== 0) {
      event.preventDefault();
      divide(Number(divider.getAttribute('aria-valuenow')) + by);
    }
  });

  setInterval(look, LOOK_AGAIN);
  text.connect();
}());
