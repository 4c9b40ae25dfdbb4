package io.heddle.cli.lsp;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.lsp4j.jsonrpc.MessageConsumer;
import org.eclipse.lsp4j.jsonrpc.MessageIssueException;
import org.eclipse.lsp4j.jsonrpc.RemoteEndpoint;
import org.eclipse.lsp4j.jsonrpc.json.MessageJsonHandler;
import org.eclipse.lsp4j.jsonrpc.messages.Message;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseMessage;
import org.eclipse.lsp4j.jsonrpc.services.ServiceEndpoints;
import org.eclipse.lsp4j.launch.LSPLauncher;
import org.eclipse.lsp4j.services.LanguageClient;
import org.jspecify.annotations.Nullable;

/**
 * A language server whose client sends and receives whole messages, as over a socket, and may ask
 * for more than the protocol has.
 */
public final class MessageConnection implements AutoCloseable {
  private final LibraryFolder library;
  private final Workspace workspace;
  private final Consumer<String> log;
  private final MessageJsonHandler json;
  private final RemoteEndpoint remote;

  /** What is asked for beyond the protocol. */
  public interface Extension {
    /** The objects whose annotated methods are served. */
    List<Object> services();

    /** Is told of each open file when nothing has been typed for a moment. */
    void checked(Workspace.Known known);
  }

  /** Who is served. */
  @FunctionalInterface
  public interface Client {
    /** Tells it something that the protocol has no words for. */
    void tell(String method, Object content);
  }

  /** Who receives messages. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * A message to the client.
     *
     * @param isResponse whether it answers a request
     */
    void receive(String message, boolean isResponse);
  }

  /**
   * Opens a connection.
   *
   * @param version of this Heddle
   * @param isServed which files the client may open, but for those of the library
   * @param out receives messages to the client, from several threads
   * @param log receives what goes wrong
   * @param extension makes what is served too
   * @throws IOException if there is no place for copies of the library
   */
  public MessageConnection(
      String version,
      Predicate<Path> isServed,
      Receiver out,
      Consumer<String> log,
      BiFunction<Workspace, Client, Extension> extension)
      throws IOException {
    this.log = log;
    this.library = new LibraryFolder();
    this.workspace = new Workspace(library, isServed, log);
    LspServer server = new LspServer(version, workspace, () -> {});
    Extension more = extension.apply(workspace, this::tell);
    List<Object> services = new ArrayList<>(more.services());
    services.add(server);
    Builder builder = new Builder(services);
    this.json = builder.createJsonHandler();
    MessageConsumer consumer =
        message -> out.receive(json.serialize(message), message instanceof ResponseMessage);
    this.remote =
        new RemoteEndpoint(consumer, ServiceEndpoints.toEndpoint(services), LspServer::refusal);
    json.setMethodProvider(remote);
    server.connect(builder.createProxy(remote));
    workspace.onPause(more::checked);
  }

  /** Gives the library's builder what it makes of methods and messages. */
  private static final class Builder extends LSPLauncher.Builder<LanguageClient> {
    Builder(List<Object> services) {
      setLocalServices(new ArrayList<>(services));
      setRemoteInterface(LanguageClient.class);
      // With more than one service, the proxy would be made by a loader that knows no client.
      setClassLoader(LanguageClient.class.getClassLoader());
    }

    @Override
    public MessageJsonHandler createJsonHandler() {
      return super.createJsonHandler();
    }

    @Override
    public LanguageClient createProxy(RemoteEndpoint endpoint) {
      return super.createProxy(endpoint);
    }
  }

  private void tell(String method, Object content) {
    remote.notify(method, content);
  }

  /** Takes a message of the client's; false where it is none. */
  public boolean receive(String message) {
    try {
      @Nullable Message parsed = json.parseMessage(message);
      if (parsed == null) {
        return false;
      }
      remote.consume(parsed);
      return true;
    } catch (MessageIssueException e) {
      remote.handle(e.getRpcMessage(), e.getIssues());
      return true;
    } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
      return false;
    }
  }

  @Override
  public void close() {
    workspace.close();
    try {
      library.close();
    } catch (IOException e) {
      log.accept("copies of the library stay: " + e.getMessage());
    }
  }
}
