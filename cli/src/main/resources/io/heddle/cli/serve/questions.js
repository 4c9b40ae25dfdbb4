'use strict';
// What is asked of a plan besides its step: the program, another plan beside it, other forms.
const questions = (function () {
  const byId = id => document.getElementById(id);
  const SAVED = 'as it is saved';

  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) {
      made.className = className;
    }
    return made;
  }

  // `on` asks the server, names what is open, and goes to a place of the text.
  function make(on) {
    const tabs = [...document.querySelectorAll('[role="tab"]')];
    let chosen = 'step';

    function choose(tab) {
      chosen = tab.getAttribute('aria-controls');
      tabs.forEach(one => {
        const isChosen = one === tab;
        one.setAttribute('aria-selected', String(isChosen));
        one.tabIndex = isChosen ? 0 : -1;
        byId(one.getAttribute('aria-controls')).hidden = !isChosen;
      });
      show();
      on.shown();
      window.dispatchEvent(new Event('resize'));
    }
    tabs.forEach((tab, i) => {
      tab.addEventListener('click', () => choose(tab));
      tab.addEventListener('keydown', event => {
        const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
        if (by !== 0) {
          const next = tabs[(i + by + tabs.length) % tabs.length];
          choose(next);
          next.focus();
        }
      });
    });

    // An answer is shown if nothing newer was asked for.
    const turns = { program: 0, compare: 0, export: 0 };
    function ask(what, method, more, use, failed) {
      const turn = ++turns[what];
      on.ask(method, more).then(
        answer => { if (turn === turns[what]) { use(answer); } },
        error => { if (turn === turns[what]) { failed(String((error && error.message) || error)); } });
    }

    function show() {
      if (chosen === 'program') {
        program();
      } else if (chosen === 'compare') {
        compare();
      }
    }

    // The program

    const open = new Set();   // the messages of which the reasons are shown

    function program() {
      ask('program', 'heddle/program', {}, answer => {
        const place = byId('passes');
        if (answer.why) {
          place.replaceChildren(element('p', answer.why, 'quiet'));
          return;
        }
        place.replaceChildren(...answer.passes.flatMap(pass => [element('h3', pass.title), table(pass)]));
      }, why => byId('passes').replaceChildren(element('p', why, 'quiet')));
    }

    function table(pass) {
      const wide = element('div', '', 'wide');
      const made = element('table', '');
      const head = element('tr', '');
      ['operation', 'what', 'size', 'time alone', 'from'].forEach(name => {
        const cell = element('th', name);
        cell.scope = 'col';
        head.append(cell);
      });
      const top = element('thead', '');
      top.append(head);
      const body = element('tbody', '');
      pass.rows.forEach(row => body.append(...rows(pass, row)));
      made.append(top, body);
      wide.append(made);
      return wide;
    }

    function rows(pass, row) {
      const line = element('tr', '', row.isMessage ? 'message' : '');
      const name = element('th', row.name);
      name.scope = 'row';
      const from = element('td', '');
      if (row.range) {
        const link = element('button', row.place, 'link');
        link.type = 'button';
        link.addEventListener('click', () => on.go(row.range));
        from.append(link);
      } else {
        from.textContent = row.place;
      }
      line.append(name, element('td', row.what), element('td', row.size), element('td', row.time, 'time'), from);
      if (!row.isMessage) {
        return [line];
      }
      const reasons = element('tr', '');
      const cell = element('td', '');
      cell.colSpan = 5;
      reasons.append(cell);
      reasons.hidden = true;
      const key = pass.title + ' ' + row.name;
      const why = element('button', 'why?', 'link');
      why.type = 'button';
      why.setAttribute('aria-expanded', 'false');
      why.setAttribute('aria-label', 'why ' + row.name + ' is there');
      const toggle = wanted => {
        reasons.hidden = !wanted;
        why.setAttribute('aria-expanded', String(wanted));
        open[wanted ? 'add' : 'delete'](key);
        if (wanted) {
          on.why(row.name).then(answer => cell.replaceChildren(element('pre', answer)), error => { cell.textContent = String(error.message || error); });
        }
      };
      why.addEventListener('click', () => toggle(reasons.hidden));
      from.append(' ', why);
      if (open.has(key)) {
        toggle(true);
      }
      return [line, reasons];
    }

    // Two plans

    const other = byId('other');
    other.addEventListener('change', compare);

    function compare() {
      const names = [SAVED].concat(on.plans());
      if (other.options.length !== names.length || names.some((name, i) => other.options[i].value !== name)) {
        const before = other.value;
        other.replaceChildren(...names.map(name => new Option(name, name)));
        other.value = names.includes(before) ? before : names[names.length > 1 ? 1 : 0];
      }
      ask('compare', 'heddle/compare', { other: other.value === SAVED ? '' : other.value }, answer => {
        byId('compare-note').textContent = answer.text || answer.notes.join(' ');
        byId('compared').innerHTML = answer.html;
      }, why => {
        byId('compare-note').textContent = why;
        byId('compared').replaceChildren();
      });
    }

    // Other forms

    document.querySelectorAll('[data-form]').forEach(button => button.addEventListener('click', () => {
      const form = button.dataset.form;
      const state = byId('export-state');
      state.textContent = 'working …';
      byId('export-notes').replaceChildren();
      byId('exported').hidden = byId('copy').hidden = true;
      ask('export', 'heddle/export', { form: form }, answer => {
        byId('export-notes').replaceChildren(...answer.notes.map(note => element('li', note)));
        if (answer.html) {
          state.textContent = 'written: ' + on.name() + '.html';
          download(on.name() + '.html', answer.html);
        } else if (form === 'traces') {
          state.textContent = answer.text;
        } else {
          state.textContent = '';
          byId('exported').textContent = answer.text;
          byId('exported').hidden = byId('copy').hidden = false;
        }
      }, why => { state.textContent = why; });
    }));
    byId('copy').addEventListener('click', () => {
      navigator.clipboard.writeText(byId('exported').textContent).then(
        () => { byId('export-state').textContent = 'copied'; },
        () => { byId('export-state').textContent = 'the browser does not let this page copy; select the text'; });
    });

    function download(name, html) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    return { show: show };
  }

  return { make: make };
}());
