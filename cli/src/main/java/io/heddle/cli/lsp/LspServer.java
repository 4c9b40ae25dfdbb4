package io.heddle.cli.lsp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.eclipse.lsp4j.CodeActionKind;
import org.eclipse.lsp4j.CodeActionOptions;
import org.eclipse.lsp4j.CodeLensOptions;
import org.eclipse.lsp4j.CompletionOptions;
import org.eclipse.lsp4j.DidChangeConfigurationParams;
import org.eclipse.lsp4j.DidChangeWatchedFilesParams;
import org.eclipse.lsp4j.ExecuteCommandOptions;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.InitializeResult;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.RenameOptions;
import org.eclipse.lsp4j.SemanticTokensWithRegistrationOptions;
import org.eclipse.lsp4j.ServerCapabilities;
import org.eclipse.lsp4j.ServerInfo;
import org.eclipse.lsp4j.SetTraceParams;
import org.eclipse.lsp4j.TextDocumentSyncKind;
import org.eclipse.lsp4j.TextDocumentSyncOptions;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;
import org.eclipse.lsp4j.launch.LSPLauncher;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;
import org.eclipse.lsp4j.services.TextDocumentService;
import org.eclipse.lsp4j.services.WorkspaceService;

/** The language server: from the first message to the last. */
public final class LspServer implements LanguageServer, WorkspaceService {
  private final String version;
  private final Workspace workspace;
  private final PlanCommands plans;
  private final TextService texts;
  private final Runnable end;
  private boolean isShutDown;

  /**
   * @param end is run when the client says that it goes
   */
  LspServer(String version, Workspace workspace, Runnable end) {
    this.end = end;
    this.version = version;
    this.workspace = workspace;
    this.plans = new PlanCommands(workspace);
    this.texts = new TextService(workspace, plans);
  }

  /**
   * Serves one client until it goes.
   *
   * @param version of this Heddle
   * @param log receives what goes wrong
   * @return whether it went as the protocol wants it to
   * @throws IOException if there is no place for copies of the library
   */
  public static boolean serve(
      InputStream in, OutputStream out, String version, Consumer<String> log) throws IOException {
    ExecutorService messages =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "heddle-messages");
              thread.setDaemon(true);
              return thread;
            });
    LibraryLog libraryLog = new LibraryLog(log);
    try (LibraryFolder library = new LibraryFolder();
        Workspace workspace = new Workspace(library, file -> true, log)) {
      BoundedInput input = new BoundedInput(in, log);
      LspServer server = new LspServer(version, workspace, input::end);
      Launcher<LanguageClient> launcher =
          new LSPLauncher.Builder<LanguageClient>()
              .setLocalService(server)
              .setRemoteInterface(LanguageClient.class)
              .setInput(input)
              .setOutput(out)
              .setExecutorService(messages)
              .setExceptionHandler(LspServer::refusal)
              .create();
      server.connect(launcher.getRemoteProxy());
      Future<Void> end = launcher.startListening();
      end.get();
      return server.isShutDown;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      log.accept("the connection broke: " + e.getCause());
      return false;
    } finally {
      libraryLog.close();
      messages.shutdownNow();
    }
  }

  /** What is answered to a request that fails for what is in it: a client may send anything. */
  static ResponseError refusal(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof ResponseErrorException refused
        ? refused.getResponseError()
        : new ResponseError(
            ResponseErrorCode.InvalidParams, "this cannot be answered: " + cause, null);
  }

  /** Tells a client of findings. */
  void connect(LanguageClient client) {
    Problems problems = new Problems(workspace.library());
    workspace.onPause(
        known ->
            client.publishDiagnostics(
                new PublishDiagnosticsParams(known.uri(), problems.of(known), known.version())));
  }

  @Override
  public CompletableFuture<InitializeResult> initialize(InitializeParams wanted) {
    ServerCapabilities can = new ServerCapabilities();
    TextDocumentSyncOptions sync = new TextDocumentSyncOptions();
    sync.setOpenClose(true);
    sync.setChange(TextDocumentSyncKind.Incremental);
    can.setTextDocumentSync(sync);
    can.setHoverProvider(true);
    can.setDefinitionProvider(true);
    can.setReferencesProvider(true);
    can.setRenameProvider(new RenameOptions(true));
    can.setCompletionProvider(new CompletionOptions(false, List.of(" ", ".", "=", "[", "/", "\"")));
    can.setDocumentSymbolProvider(true);
    can.setFoldingRangeProvider(true);
    can.setSemanticTokensProvider(
        new SemanticTokensWithRegistrationOptions(Colours.LEGEND, true, false));
    can.setDocumentFormattingProvider(true);
    can.setInlayHintProvider(true);
    can.setCodeLensProvider(new CodeLensOptions(true));
    can.setCodeActionProvider(new CodeActionOptions(List.of(CodeActionKind.QuickFix)));
    can.setExecuteCommandProvider(new ExecuteCommandOptions(PlanCommands.ALL));
    return CompletableFuture.completedFuture(
        new InitializeResult(can, new ServerInfo("heddle", version)));
  }

  @Override
  public CompletableFuture<Object> shutdown() {
    isShutDown = true;
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void exit() {
    end.run();
  }

  @Override
  public void setTrace(SetTraceParams trace) {
    // There is nothing to trace but messages, which the client sees.
  }

  @Override
  public TextDocumentService getTextDocumentService() {
    return texts;
  }

  @Override
  public WorkspaceService getWorkspaceService() {
    return this;
  }

  @Override
  public void didChangeConfiguration(DidChangeConfigurationParams change) {
    // There are no settings.
  }

  @Override
  public void didChangeWatchedFiles(DidChangeWatchedFilesParams change) {
    workspace.changed();
  }

  @Override
  public CompletableFuture<Object> executeCommand(ExecuteCommandParams wanted) {
    return plans.execute(wanted);
  }
}
