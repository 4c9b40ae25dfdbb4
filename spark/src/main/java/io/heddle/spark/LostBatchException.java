package io.heddle.spark;

/** A batch cost its process each time that it was tried. */
final class LostBatchException extends Exception {
  private static final long serialVersionUID = 1;

  private final int batch;

  /**
   * @param how it was lost the last time, one line
   */
  LostBatchException(int batch, String how) {
    super(how);
    this.batch = batch;
  }

  /** Its place among those that ran. */
  int batch() {
    return batch;
  }
}
