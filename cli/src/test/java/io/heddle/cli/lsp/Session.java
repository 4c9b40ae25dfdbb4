package io.heddle.cli.lsp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.lsp4j.DidChangeTextDocumentParams;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.MessageActionItem;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.ShowMessageRequestParams;
import org.eclipse.lsp4j.TextDocumentContentChangeEvent;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.eclipse.lsp4j.TextDocumentItem;
import org.eclipse.lsp4j.VersionedTextDocumentIdentifier;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.launch.LSPLauncher;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;
import org.eclipse.lsp4j.services.TextDocumentService;

/** An editor's side of a server that runs in this process, over the protocol. */
public final class Session implements AutoCloseable, LanguageClient {
  private static final long SECONDS = 60;

  private final Map<String, PublishDiagnosticsParams> diagnostics = new ConcurrentHashMap<>();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<Boolean> end;
  private final LanguageServer server;
  private final PipedOutputStream toServer = new PipedOutputStream();
  private int version;

  public Session() throws IOException {
    PipedInputStream serverIn = new PipedInputStream(toServer, 1 << 16);
    PipedInputStream clientIn = new PipedInputStream(1 << 16);
    OutputStream serverOut = new PipedOutputStream(clientIn);
    end =
        CompletableFuture.supplyAsync(
            () -> {
              try (serverOut) {
                return LspServer.serve(serverIn, serverOut, "test", log::add);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    Launcher<LanguageServer> launcher = LSPLauncher.createClientLauncher(this, clientIn, toServer);
    Future<Void> unused = launcher.startListening();
    server = launcher.getRemoteProxy();
    get(server.initialize(new InitializeParams()));
  }

  public static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  public LanguageServer server() {
    return server;
  }

  public TextDocumentService texts() {
    return server.getTextDocumentService();
  }

  /** The raw stream to the server. */
  public OutputStream raw() {
    return toServer;
  }

  public List<String> log() {
    return List.copyOf(log);
  }

  public static String uri(Path file) {
    return file.toUri().toString();
  }

  public static TextDocumentIdentifier id(Path file) {
    return new TextDocumentIdentifier(uri(file));
  }

  /** Opens a file with a text; returns what is found of it. */
  public PublishDiagnosticsParams open(Path file, String text) {
    texts()
        .didOpen(
            new DidOpenTextDocumentParams(new TextDocumentItem(uri(file), "tfm", ++version, text)));
    return await(file);
  }

  /** Replaces the whole text. */
  public PublishDiagnosticsParams replace(Path file, String text) {
    send(file, List.of(new TextDocumentContentChangeEvent(text)));
    return await(file);
  }

  public void send(Path file, List<TextDocumentContentChangeEvent> changes) {
    texts()
        .didChange(
            new DidChangeTextDocumentParams(
                new VersionedTextDocumentIdentifier(uri(file), ++version), changes));
  }

  /** What is found of the version that was sent last. */
  public PublishDiagnosticsParams await(Path file) {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(SECONDS)) {
      PublishDiagnosticsParams last = diagnostics.get(uri(file));
      if (last != null && last.getVersion() == version) {
        return last;
      }
      sleep();
    }
    throw new AssertionError("no diagnostics of version " + version + "; " + log);
  }

  private static void sleep() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The place of a text in another, so many characters behind its begin. */
  static Position at(String text, String where, int behind) {
    int offset = text.indexOf(where);
    assertThat(offset).as(where).isNotNegative();
    return new TextMap(text).position(offset + behind);
  }

  @Override
  public void telemetryEvent(Object object) {}

  @Override
  public void publishDiagnostics(PublishDiagnosticsParams published) {
    diagnostics.put(published.getUri(), published);
  }

  @Override
  public void showMessage(MessageParams message) {}

  @Override
  public CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams wanted) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void logMessage(MessageParams message) {}

  /** Whether the server ended as the protocol wants it to. */
  public boolean ended() {
    return get(end);
  }

  @Override
  public void close() {
    get(server.shutdown());
    server.exit();
    assertThat(ended()).isTrue();
    assertThat(log).isEmpty();
  }
}
