package io.heddle.cli.measure;

import io.heddle.runtime.cost.TransferTimes;
import java.util.List;

/** A transfer through a network that was measured. */
public sealed interface TransferRow permits CollectiveRow, TokenRow {
  /** The line of a network that it is of, as the language names it. */
  String kind();

  /** The number format of what was sent. */
  String format();

  /** Members of the group along the network that the line is of. */
  int ranks();

  /** What tells sizes apart: rows of one size are held out together. */
  long size();

  /** Bytes that a rank sends through that network. */
  double sent();

  /** How long it lasted. */
  double measuredNanos();

  /** Whether figures are fitted to it. */
  boolean isFitted();

  /** Whether it went between nodes. */
  boolean isBetweenNodes();

  /** The size classes in which its error counts. */
  List<String> classes();

  /** How long it lasts in a network of one dimension or two; negative if that has no figures. */
  double nanos(TransferTimes times);
}
