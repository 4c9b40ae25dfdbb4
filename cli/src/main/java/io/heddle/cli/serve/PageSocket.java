package io.heddle.cli.serve;

import io.heddle.cli.lsp.MessageConnection;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/**
 * A page's connection to the server. Both directions are bounded: requests that wait for an answer,
 * and what waits to be sent.
 */
public final class PageSocket implements Session.Listener {
  private static final int PROTOCOL_ERROR = 1002;
  private static final int TRY_LATER = 1013;

  private final Opening opening;
  private final Limits limits;
  private final RefusalLog log;
  private final Runnable left;
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong unsent = new AtomicLong();
  private @Nullable MessageConnection connection;
  private volatile @Nullable Session session;
  private boolean waits;

  /**
   * @param mostUnanswered requests; no more is read until one of them is answered
   * @param mostUnsent characters that wait for the client; of more, the socket is closed
   */
  record Limits(int mostUnanswered, long mostUnsent) {}

  /** Makes what is behind a socket. */
  @FunctionalInterface
  interface Opening {
    MessageConnection open(MessageConnection.Receiver out) throws IOException;
  }

  /**
   * @param left is run when the page is gone
   */
  PageSocket(Opening opening, Limits limits, RefusalLog log, Runnable left) {
    this.left = left;
    this.opening = opening;
    this.limits = limits;
    this.log = log;
  }

  @Override
  public void onWebSocketOpen(Session opened) {
    session = opened;
    try {
      connection = opening.open(this::send);
      opened.demand();
    } catch (IOException e) {
      log.add("no place for a page: " + e);
      opened.close(TRY_LATER, "no place", Callback.NOOP);
    }
  }

  @Override
  public void onWebSocketText(String message) {
    MessageConnection to = connection;
    Session from = session;
    if (to == null || from == null) {
      return;
    }
    // What is counted as a request and is none is answered all the same, with what is wrong.
    if (message.contains("\"id\"") && message.contains("\"method\"")) {
      unanswered.incrementAndGet();
    }
    if (to.receive(message)) {
      demandOrWait();
    } else {
      log.add("closed a page that sent no message of the protocol");
      from.close(PROTOCOL_ERROR, "no message", Callback.NOOP);
    }
  }

  private void demandOrWait() {
    synchronized (unanswered) {
      waits = unanswered.get() >= limits.mostUnanswered();
      if (waits) {
        return;
      }
    }
    demand();
  }

  private void demand() {
    Session from = session;
    if (from != null && from.isOpen()) {
      from.demand();
    }
  }

  private void send(String message, boolean isResponse) {
    Session to = session;
    if (to == null || !to.isOpen()) {
      return;
    }
    if (unsent.addAndGet(message.length()) > limits.mostUnsent()) {
      log.add("closed a page that does not read");
      to.disconnect();
      return;
    }
    to.sendText(
        message,
        Callback.from(
            () -> unsent.addAndGet(-message.length()),
            failed -> unsent.addAndGet(-message.length())));
    if (isResponse) {
      boolean mayRead;
      synchronized (unanswered) {
        unanswered.updateAndGet(count -> Math.max(0, count - 1));
        mayRead = waits && unanswered.get() < limits.mostUnanswered();
        waits = waits && !mayRead;
      }
      if (mayRead) {
        demand();
      }
    }
  }

  @Override
  public void onWebSocketError(Throwable cause) {
    // A page that is gone without a word was closed, or its machine sleeps.
    if (!(cause instanceof ClosedChannelException)) {
      log.add("a page's connection broke: " + cause);
    }
  }

  @Override
  public void onWebSocketClose(int status, String reason, Callback callback) {
    MessageConnection closed = connection;
    connection = null;
    session = null;
    if (closed != null) {
      closed.close();
    }
    left.run();
    callback.succeed();
  }
}
