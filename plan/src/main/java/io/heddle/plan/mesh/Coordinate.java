package io.heddle.plan.mesh;

/**
 * A coordinate of ranks along an axis of a mesh or of a view, as arithmetic on their numbers: who
 * reads it of every rank looks up no names.
 */
final class Coordinate {
  private final int[] strides;
  private final int[] sizes;
  private final int divisor;
  private final int size;

  /**
   * @param strides of the axes of the mesh that are read as one number, the most significant first
   * @param sizes of these axes
   * @param divisor ranks of that number from one coordinate to the next
   * @param size how many coordinates there are
   */
  Coordinate(int[] strides, int[] sizes, int divisor, int size) {
    this.strides = strides.clone();
    this.sizes = sizes.clone();
    this.divisor = divisor;
    this.size = size;
  }

  int size() {
    return size;
  }

  int of(int rank) {
    int number = 0;
    for (int i = 0; i < strides.length; i++) {
      number = number * sizes[i] + rank / strides[i] % sizes[i];
    }
    return number / divisor % size;
  }
}
