'use strict';
// The text on the left: CodeMirror with the language server behind a socket.
const editing = (function () {
  const {
    autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, defaultKeymap, history, historyKeymap, bracketMatching,
    indentUnit, lintGutter, lintKeymap, LSPClient, LSPPlugin, Workspace, findReferencesKeymap, formatDocument, formatKeymap,
    hoverTooltips, jumpToDefinitionKeymap, renameKeymap, serverCompletion, serverDiagnostics, highlightSelectionMatches, search,
    searchKeymap, Compartment, EditorState, RangeSet, StateEffect, StateField, Decoration, EditorView, WidgetType, drawSelection,
    highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers
  } = codemirror;

  // After so long without a key the server gets the text; it waits a moment itself.
  const PAUSE = 20;

  // The server's hovers are its own words around names from the text: nothing but plain elements stays.
  const ELEMENTS = new Set(['P', 'UL', 'OL', 'LI', 'CODE', 'PRE', 'STRONG', 'EM', 'BR', 'HR', 'SPAN', 'BLOCKQUOTE', 'H1', 'H2', 'H3', 'H4',
    'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD']);
  function plain(html) {
    const parsed = new DOMParser().parseFromString(html, 'text/html');
    [...parsed.body.querySelectorAll('*')].forEach(element => {
      if (!ELEMENTS.has(element.tagName)) {
        element.replaceWith(document.createTextNode(element.textContent));
        return;
      }
      [...element.attributes].filter(one => one.name !== 'class').forEach(one => element.removeAttribute(one.name));
    });
    return parsed.body.innerHTML;
  }

  class OneFile extends Workspace {
    constructor(client, elsewhere) {
      super(client);
      this.files = [];
      this.elsewhere = elsewhere;
      this.version = 0;
    }
    syncFiles() {
      const updates = [];
      for (const file of this.files) {
        const plugin = LSPPlugin.get(file.view);
        if (plugin && !plugin.unsyncedChanges.empty) {
          updates.push({ changes: plugin.unsyncedChanges, file: file, prevDoc: file.doc });
          file.doc = file.view.state.doc;
          file.version = ++this.version;
          plugin.clear();
        }
      }
      return updates;
    }
    openFile(uri, languageId, view) {
      const file = { uri: uri, languageId: languageId, version: ++this.version, doc: view.state.doc, view: view, getView: () => view };
      this.files.push(file);
      this.client.didOpen(file);
    }
    closeFile(uri) {
      this.files = this.files.filter(file => file.uri !== uri);
      this.client.didClose(uri);
    }
    displayFile(uri) {
      const own = this.getFile(uri);
      return own ? Promise.resolve(own.view) : this.elsewhere(uri);
    }
  }

  // Colours of words and texts between them, as the server has them; edits move them until it has new ones.
  const setMarks = StateEffect.define();
  const setHints = StateEffect.define();
  function ranges(effect) {
    return StateField.define({
      create: () => RangeSet.empty,
      update(value, transaction) {
        value = value.map(transaction.changes);
        transaction.effects.filter(one => one.is(effect)).forEach(one => { value = one.value; });
        return value;
      },
      provide: field => EditorView.decorations.from(field)
    });
  }
  class Hint extends WidgetType {
    constructor(text, isBehind, about) {
      super();
      this.text = text;
      this.isBehind = isBehind;
      this.about = about;
    }
    eq(other) { return other.text === this.text && other.isBehind === this.isBehind && other.about === this.about; }
    toDOM() {
      const element = document.createElement('span');
      element.className = this.isBehind ? 'hint behind' : 'hint';
      element.textContent = this.text;
      element.title = this.about;
      return element;
    }
    ignoreEvent() { return true; }
  }

  // `on` is told what happens: changed(update), said(method, content), opened(), closed(); elsewhere(uri) shows another file.
  function make(parent, on) {
    const language = new Compartment();
    let client = null;
    let socket = null;
    let legend = [];
    let pending = -1;

    const view = new EditorView({
      parent: parent,
      state: EditorState.create({
        doc: '',
        extensions: [
          lineNumbers(), highlightActiveLineGutter(), history(), drawSelection(), indentUnit.of('  '), bracketMatching(),
          closeBrackets(), autocompletion(), highlightActiveLine(), highlightSelectionMatches(), search({ top: true }), lintGutter(),
          ranges(setMarks), ranges(setHints),
          keymap.of([{ key: 'Mod-s', preventDefault: true, run: () => { on.save(); return true; } }]),
          keymap.of([
            ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap,
            ...formatKeymap, ...renameKeymap, ...jumpToDefinitionKeymap, ...findReferencesKeymap
          ]),
          EditorView.contentAttributes.of({ 'aria-label': 'Specification', spellcheck: 'false' }),
          EditorView.updateListener.of(update => {
            if (update.docChanged) {
              clearTimeout(pending);
              pending = setTimeout(() => client && client.connected && client.sync(), PAUSE);
              on.changed(update);
            }
          }),
          language.of([])
        ]
      })
    });

    function heard(method) {
      return (unused, content) => {
        on.said(method, content);
        return true;
      };
    }

    function connect() {
      socket = new WebSocket(new URL('socket', location.href.replace(/^http/, 'ws')));
      const mine = socket;
      const handlers = new Set();
      socket.onmessage = event => handlers.forEach(handler => handler(event.data));
      socket.onclose = () => {
        if (mine === socket) {
          if (client) {
            client.disconnect();
          }
          client = null;
          on.closed();
        }
      };
      socket.onopen = () => {
        client = new LSPClient({
          timeout: 60000,
          workspace: made => new OneFile(made, on.elsewhere),
          sanitizeHTML: plain,
          notificationHandlers: { 'heddle/outline': heard('outline'), 'heddle/step': heard('step') },
          extensions: [serverDiagnostics(), serverCompletion(), hoverTooltips({ hoverTime: 250 })]
        });
        client.connect({
          send: message => mine.send(message),
          subscribe: handler => handlers.add(handler),
          unsubscribe: handler => handlers.delete(handler)
        });
        client.initializing.then(() => {
          legend = client.serverCapabilities.semanticTokensProvider.legend.tokenTypes;
          on.opened();
        });
      };
    }

    // Shows a file; what stood there before is forgotten.
    function open(uri, text) {
      view.dispatch({ effects: language.reconfigure([]) });
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        effects: [setMarks.of(RangeSet.empty), setHints.of(RangeSet.empty)],
        selection: { anchor: 0 },
        scrollIntoView: true
      });
      view.dispatch({ effects: language.reconfigure(client.plugin(uri, 'tfm')) });
    }

    // Connects the text that is there to the server again.
    function resume(uri) {
      view.dispatch({ effects: language.reconfigure([]) });
      view.dispatch({ effects: language.reconfigure(client.plugin(uri, 'tfm')) });
    }

    function offset(doc, position) {
      const line = doc.line(Math.min(doc.lines, position.line + 1));
      return Math.min(line.to, line.from + position.character);
    }

    // The server tells of comments that document something, and of no others.
    function comments(doc) {
      const marks = [];
      for (let i = 1; i <= doc.lines; i++) {
        const line = doc.line(i);
        for (const found of line.text.matchAll(/"[^"]*"|\/\/.*/g)) {
          if (found[0].startsWith('//')) {
            marks.push(Decoration.mark({ class: 't-comment' }).range(line.from + found.index, line.to));
          }
        }
      }
      return marks;
    }

    // What the server says of the text is of use only if nothing was typed meanwhile.
    function ask(method, parameters, use) {
      const doc = view.state.doc;
      const plugin = LSPPlugin.get(view);
      if (!plugin || !plugin.unsyncedChanges.empty) {
        return;
      }
      client.request(method, Object.assign({ textDocument: { uri: plugin.uri } }, parameters)).then(answer => {
        if (answer && view.state.doc === doc) {
          use(answer, doc);
        }
      }, () => {});
    }

    function colour() {
      ask('textDocument/semanticTokens/full', {}, (answer, doc) => {
        const marks = [];
        let line = 0;
        let character = 0;
        for (let i = 0; i + 4 < answer.data.length; i += 5) {
          character = answer.data[i] > 0 ? answer.data[i + 1] : character + answer.data[i + 1];
          line += answer.data[i];
          const from = offset(doc, { line: line, character: character });
          const to = Math.min(doc.length, from + answer.data[i + 2]);
          if (to > from) {
            marks.push(Decoration.mark({ class: 't-' + legend[answer.data[i + 3]] }).range(from, to));
          }
        }
        view.dispatch({ effects: setMarks.of(Decoration.set(marks.concat(comments(doc)), true)) });
      });
      const end = { line: view.state.doc.lines, character: 0 };
      ask('textDocument/inlayHint', { range: { start: { line: 0, character: 0 }, end: end } }, (answer, doc) => {
        const hints = answer.map(hint => Decoration.widget({
          side: 1,
          widget: new Hint(hint.label, Boolean(hint.paddingLeft), String((hint.tooltip && hint.tooltip.value) || '').replace(/`/g, ''))
        }).range(offset(doc, hint.position)));
        view.dispatch({ effects: setHints.of(Decoration.set(hints, true)) });
      });
    }

    return {
      view: view, connect: connect, open: open, resume: resume, colour: colour, offset: position => offset(view.state.doc, position),
      text: () => view.state.doc.toString(),
      format: () => formatDocument(view),
      request: (method, content) => client ? client.request(method, content) : Promise.reject(new Error('not connected')),
      notify: (method, content) => client && client.notification(method, content)
    };
  }

  // A text that is only read.
  function reader(parent, text) {
    return new EditorView({
      parent: parent,
      state: EditorState.create({ doc: text, extensions: [lineNumbers(), EditorState.readOnly.of(true), search({ top: true }), keymap.of([...searchKeymap, ...defaultKeymap])] })
    });
  }

  return { make: make, reader: reader };
}());
