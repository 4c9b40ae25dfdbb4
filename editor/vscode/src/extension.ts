// Starts `heddle lsp`, and runs the command for what an editor has no place for.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

function program(): string {
  return vscode.workspace.getConfiguration('heddle').get<string>('command', 'heddle');
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const shown = vscode.window.createOutputChannel('Heddle');
  context.subscriptions.push(shown);
  const server: ServerOptions = { command: program(), args: ['lsp'] };
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: 'file', language: 'tfm' }],
    middleware: {
      // What the server answers to a command is a text for whoever gave it.
      executeCommand: async (command, given, next) => {
        const answer: unknown = await next(command, given);
        if (typeof answer === 'string') {
          shown.appendLine(answer);
          shown.show(true);
        }
        return answer;
      }
    }
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('heddle.runPlan', () => withPlan('heddle.run')),
    vscode.commands.registerCommand('heddle.explainPlan', () => withPlan('heddle.explain')),
    vscode.commands.registerCommand('heddle.openReport', () => openReport())
  );
  client = new LanguageClient('heddle', 'Heddle', server, options);
  try {
    await client.start();
  } catch (error) {
    void vscode.window.showErrorMessage(
      `Heddle does not start: ${String(error)}. Set heddle.command to the path of the program.`);
  }
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

// The plan that the caret is in; of several others, the one that is chosen.
async function plan(editor: vscode.TextEditor): Promise<string | undefined> {
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
    'vscode.executeDocumentSymbolProvider', editor.document.uri) ?? [];
  const plans = symbols.filter(symbol => symbol.detail === 'plan');
  const here = plans.find(symbol => symbol.range.contains(editor.selection.active));
  const only = plans.length === 1 ? plans[0] : undefined;
  return (here ?? only)?.name ?? vscode.window.showQuickPick(plans.map(symbol => symbol.name), { placeHolder: 'Plan' });
}

async function withPlan(command: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor && editor.document.languageId === 'tfm') {
    const name = await plan(editor);
    if (name) {
      await vscode.commands.executeCommand(command, editor.document.uri.toString(), name);
    }
  }
}

async function openReport(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.document.languageId !== 'tfm' || !await editor.document.save()) {
    return;
  }
  const name = await plan(editor);
  if (!name) {
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'heddle-'));
  const page = join(folder, `${name}.html`);
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Simulating ${name}`, cancellable: true },
      (_, cancelled) => simulate(editor.document.uri.fsPath, name, page, cancelled));
    // Beside the text, where VS Code runs on another machine as well. The page needs no network.
    const panel = vscode.window.createWebviewPanel(
      'heddle.report', `Step of ${name}`, vscode.ViewColumn.Beside, { enableScripts: true });
    panel.webview.html = inTheme(await readFile(page, 'utf8'));
  } catch (error) {
    if (error instanceof vscode.CancellationError) {
      return;
    }
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// The page follows the system; here it is to follow VS Code.
function inTheme(html: string): string {
  const kind = vscode.window.activeColorTheme.kind;
  const dark = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
  return html.replaceAll('@media (prefers-color-scheme: dark)', `@media ${dark ? 'all' : 'not all'}`);
}

function simulate(file: string, plan: string, page: string, cancelled: vscode.CancellationToken): Promise<void> {
  return new Promise((done, fail) => {
    const run = execFile(program(), ['run', file, '--plan', plan, '--report', page], (error, _out, problems) => {
      if (cancelled.isCancellationRequested) {
        fail(new vscode.CancellationError());
      } else if (error) {
        fail(new Error(problems.trim() || String(error)));
      } else {
        done();
      }
    });
    cancelled.onCancellationRequested(() => run.kill());
  });
}
