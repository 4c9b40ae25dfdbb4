package io.heddle.cli.sweep;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * A format of tables of points. Those that need libraries of their own are services, which stand
 * beside the command on its class path.
 */
public interface PointTable {
  /** What a user calls it, such as {@code parquet}. */
  String format();

  /**
   * Writes a table. Who opened the stream closes it.
   *
   * @param points tells of each point, in order
   * @throws IOException if the stream cannot be written
   */
  void write(OutputStream out, List<TableColumn> columns, Consumer<Consumer<PointResult>> points)
      throws IOException;
}
