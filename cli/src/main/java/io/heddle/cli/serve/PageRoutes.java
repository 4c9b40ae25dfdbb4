package io.heddle.cli.serve;

import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;

/** Sends requests that the guard let through to the page's files, or makes sockets of them. */
final class PageRoutes extends Handler.Wrapper {
  private static final String SOCKET = "socket";

  private final ServerWebSocketContainer sockets;
  private final Semaphore pages;
  private final Function<Runnable, PageSocket> socket;
  private final RefusalLog log;

  /**
   * @param pages that may still be opened
   * @param socket made for each, with what is to be run when it is gone
   */
  PageRoutes(
      PageFiles files,
      ServerWebSocketContainer sockets,
      Semaphore pages,
      Function<Runnable, PageSocket> socket,
      RefusalLog log) {
    super(files);
    this.sockets = sockets;
    this.pages = pages;
    this.socket = socket;
    this.log = log;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!RequestGuard.wanted(request).equals(SOCKET)) {
      return super.handle(request, response, callback);
    }
    if (!pages.tryAcquire()) {
      log.add("refused a page: too many are open");
      response.setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      callback.succeeded();
      return true;
    }
    boolean isUpgraded = false;
    try {
      isUpgraded =
          sockets.upgrade(
              (unused1, unused2, unused3) -> socket.apply(pages::release),
              request,
              response,
              callback);
    } finally {
      if (!isUpgraded) {
        pages.release();
      }
    }
    if (!isUpgraded) {
      response.setStatus(HttpStatus.UPGRADE_REQUIRED_426);
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      callback.succeeded();
    }
    return true;
  }
}
