package io.heddle.runtime.serving;

/** Numbers of requests, first come, first served, but for those that go back to the front. */
final class RequestQueue {
  private int[] ring = new int[16];
  private int first;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void addLast(int request) {
    grow();
    ring[(first + size) & (ring.length - 1)] = request;
    size++;
  }

  void addFirst(int request) {
    grow();
    first = (first - 1) & (ring.length - 1);
    ring[first] = request;
    size++;
  }

  int first() {
    return ring[first];
  }

  int removeFirst() {
    int request = ring[first];
    first = (first + 1) & (ring.length - 1);
    size--;
    return request;
  }

  /**
   * Adds behind all whose numbers are smaller, where numbers rise from front to back. Quick near
   * the front.
   */
  void addInOrder(int request) {
    addFirst(request);
    int mask = ring.length - 1;
    for (int place = 1; place < size && at(place) < request; place++) {
      ring[(first + place - 1) & mask] = at(place);
      ring[(first + place) & mask] = request;
    }
  }

  private int at(int place) {
    return ring[(first + place) & (ring.length - 1)];
  }

  private void grow() {
    if (size == ring.length) {
      int[] longer = new int[2 * ring.length];
      for (int i = 0; i < size; i++) {
        longer[i] = at(i);
      }
      ring = longer;
      first = 0;
    }
  }
}
