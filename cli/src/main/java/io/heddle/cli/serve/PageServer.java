package io.heddle.cli.serve;

import io.heddle.cli.lsp.LibraryLog;
import io.heddle.cli.lsp.MessageConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;

/** Serves the page of one folder until it is closed. */
public final class PageServer implements AutoCloseable {
  private static final int MOST_HEADER_BYTES = 8 << 10;
  private static final int MOST_THREADS = 24;

  private final Server server;
  private final ServerConnector connector;
  private final AccessToken token = AccessToken.random();
  private final Settings settings;
  private final LibraryLog library;

  /**
   * How a folder is served.
   *
   * @param folder that is open
   * @param file of it that the page opens first; empty for the first of all
   * @param host to listen at
   * @param port to listen at; 0 for a free one
   * @param version of this Heddle
   */
  public record Settings(Path folder, String file, String host, int port, String version) {}

  /**
   * Bounds of what clients may take.
   *
   * @param connections at a time
   * @param pages at a time
   * @param requestMillis from the begin of a connection to the end of its answer
   * @param idleMillis in which a client that sends or receives must get on
   * @param messageBytes of a message of a page
   * @param unanswered requests of a page
   * @param unsent characters that wait for a page to read
   */
  record Bounds(
      int connections,
      int pages,
      long requestMillis,
      long idleMillis,
      long messageBytes,
      int unanswered,
      long unsent) {
    static final Bounds DEFAULT = new Bounds(128, 8, 30_000, 10_000, 16 << 20, 256, 64L << 20);
  }

  private PageServer(Settings settings, Bounds bounds, Consumer<String> log) throws IOException {
    this.settings = settings;
    this.library = new LibraryLog(log);
    RefusalLog refusals = new RefusalLog(log);
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 2);
    threads.setName("heddle-serve");
    threads.setDaemon(true);
    this.server = new Server(threads);
    server.setErrorHandler(errors(refusals));
    server.setStopAtShutdown(true);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setRequestHeaderSize(MOST_HEADER_BYTES);
    http.setIdleTimeout(bounds.idleMillis());
    this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    InetAddress address = InetAddress.getByName(settings.host());
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(bounds.idleMillis());
    connector.addBean(
        new ConnectionLimits(
            bounds.connections(), bounds.requestMillis(), connector.getScheduler(), refusals));
    server.addConnector(connector);
    ServerWebSocketContainer sockets = ServerWebSocketContainer.ensure(server);
    sockets.setIdleTimeout(Duration.ZERO);
    sockets.setMaxTextMessageSize(bounds.messageBytes());
    sockets.setMaxFrameSize(bounds.messageBytes());
    sockets.setMaxBinaryMessageSize(1);
    ServedFolder folder = new ServedFolder(settings.folder());
    PageSocket.Limits limits = new PageSocket.Limits(bounds.unanswered(), bounds.unsent());
    server.setHandler(
        new RequestGuard(
            new PageRoutes(
                new PageFiles(settings.version()),
                sockets,
                new Semaphore(bounds.pages()),
                left -> new PageSocket(out -> connection(folder, out, log), limits, refusals, left),
                refusals),
            token,
            settings.host(),
            address.isLoopbackAddress(),
            refusals));
  }

  private MessageConnection connection(
      ServedFolder folder, MessageConnection.Receiver out, Consumer<String> log)
      throws IOException {
    return new MessageConnection(
        settings.version(),
        folder::holds,
        out,
        log,
        (workspace, client) -> new PageService(folder, settings, workspace, client));
  }

  /** Answers what is no request at all, which the guard never sees, and what is a fault. */
  private static Request.Handler errors(RefusalLog log) {
    return (request, response, callback) -> {
      int status = response.getStatus();
      Object thrown = request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
      log.add(
          "refused %s: status %d%s"
              .formatted(
                  request.getConnectionMetaData().getRemoteSocketAddress(),
                  status,
                  thrown == null ? "" : ", " + thrown));
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      callback.succeeded();
      return true;
    };
  }

  /**
   * Serves a folder.
   *
   * @param log receives what is refused and what goes wrong
   * @throws IOException if there is no such folder, or the address is taken
   */
  public static PageServer start(Settings settings, Consumer<String> log) throws IOException {
    return start(settings, Bounds.DEFAULT, log);
  }

  static PageServer start(Settings settings, Bounds bounds, Consumer<String> log)
      throws IOException {
    PageServer page = new PageServer(settings, bounds, log);
    try {
      page.server.start();
      return page;
    } catch (IOException e) {
      page.close();
      throw e;
    } catch (Exception e) {
      page.close();
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The address of the page, which nobody can guess. */
  public String address() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return "http://%s:%d/%s/".formatted(host, connector.getLocalPort(), token.text());
  }

  /** Connections that are open. */
  int connections() {
    return connector.getConnectedEndPoints().size();
  }

  /** Waits until it is closed. */
  public void await() throws InterruptedException {
    server.join();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      // It ends either way.
    } finally {
      library.close();
    }
  }
}
