package io.heddle.cli.serve;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Bounds how many connections there are, and how long one may take that is no socket of the page's:
 * a client that sends or reads a byte now and then would hold it forever.
 */
final class ConnectionLimits implements Connection.Listener {
  private final int most;
  private final long millis;
  private final Scheduler scheduler;
  private final RefusalLog log;
  private final Map<Connection, Scheduler.Task> open = new ConcurrentHashMap<>();

  /**
   * @param most connections at a time
   * @param millis from the begin of a connection to its end
   */
  ConnectionLimits(int most, long millis, Scheduler scheduler, RefusalLog log) {
    this.most = most;
    this.millis = millis;
    this.scheduler = scheduler;
    this.log = log;
  }

  @Override
  public void onOpened(Connection connection) {
    Runnable end =
        connection instanceof HttpConnection ? () -> end(connection, "it is too slow") : () -> {};
    open.put(connection, scheduler.schedule(end, millis, TimeUnit.MILLISECONDS));
    if (open.size() > most) {
      end(connection, "there are %,d connections".formatted(most));
    }
  }

  private void end(Connection connection, String why) {
    if (open.containsKey(connection)) {
      log.add("closed %s: %s".formatted(connection.getEndPoint().getRemoteSocketAddress(), why));
      connection.getEndPoint().close();
    }
  }

  @Override
  public void onClosed(Connection connection) {
    Scheduler.Task task = open.remove(connection);
    if (task != null) {
      boolean unused = task.cancel();
    }
  }
}
