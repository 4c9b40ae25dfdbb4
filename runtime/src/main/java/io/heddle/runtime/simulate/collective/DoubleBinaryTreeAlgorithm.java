package io.heddle.runtime.simulate.collective;

/**
 * An all-reduce up and down a binary tree, whatever the operation is. The members but one form a
 * perfect tree in order of their places; the one left over is the root above it: the last member,
 * or, in the mirrored tree, the first.
 */
final class DoubleBinaryTreeAlgorithm implements Algorithm {
  private static final int NOBODY = -1;

  private static final int UP = 0;
  private static final int WAIT_FOR_PARENT = 1;
  private static final int DOWN = 2;

  private final Endpoint endpoint;

  DoubleBinaryTreeAlgorithm(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public void start(Stream stream) {
    place(stream);
    stream.message = stream.data();
    stream.reduceNanos = endpoint.reduceNanos(stream.message);
    stream.free = 0;
    stream.received = 0;
    stream.step = UP;
    if (stream.left == NOBODY && stream.right == NOBODY) {
      endpoint.bundle(stream, false, MemoryBus.Way.OUT, stream.message);
    }
    if (stream.left != NOBODY) {
      endpoint.receive(stream, stream.left, stream.message);
    }
    if (stream.right != NOBODY) {
      endpoint.receive(stream, stream.right, stream.message);
    }
  }

  private static void place(Stream stream) {
    boolean mirrored = stream.mirrored[stream.phase];
    int n = stream.members;
    // Places in the perfect tree run from 1; its root is n / 2.
    int shift = mirrored ? 0 : -1;
    int own = stream.position - shift;
    int root = mirrored ? 0 : n - 1;
    stream.left = NOBODY;
    stream.right = NOBODY;
    if (stream.position == root) {
      stream.parent = NOBODY;
      int child = at(stream, n / 2 + shift);
      if (mirrored) {
        stream.right = child;
      } else {
        stream.left = child;
      }
      return;
    }
    int level = Integer.numberOfTrailingZeros(own);
    int half = (1 << level) >> 1;
    if (half > 0) {
      stream.left = at(stream, own - half + shift);
      stream.right = at(stream, own + half + shift);
    }
    int above = (own ^ (1 << level)) | (1 << (level + 1));
    stream.parent = at(stream, own == n / 2 ? root : above + shift);
  }

  private static int at(Stream stream, int place) {
    return stream.ring.rank(stream.rank, stream.position, place);
  }

  @Override
  public void received(Stream stream) {
    boolean leaf = stream.left == NOBODY && stream.right == NOBODY;
    if (stream.step == WAIT_FOR_PARENT) {
      stream.step = DOWN;
    }
    boolean inner = stream.left != NOBODY && stream.right != NOBODY;
    boolean firstOfTwo = inner && ++stream.received == 1;
    MemoryBus.Way way = leaf || firstOfTwo ? MemoryBus.Way.IN : MemoryBus.Way.THERE_AND_BACK;
    endpoint.bundle(stream, !leaf, way, stream.message);
  }

  @Override
  public boolean bundled(Stream stream) {
    if (stream.step == DOWN) {
      sendDown(stream);
      return true;
    }
    stream.free++;
    boolean inner = stream.left != NOBODY && stream.right != NOBODY;
    if (inner && stream.free < 2) {
      return false;
    }
    if (stream.parent == NOBODY) {
      sendDown(stream);
      return true;
    }
    stream.step = WAIT_FOR_PARENT;
    endpoint.send(stream, stream.parent, stream.message);
    endpoint.receive(stream, stream.parent, stream.message);
    return false;
  }

  private void sendDown(Stream stream) {
    if (stream.left != NOBODY) {
      endpoint.send(stream, stream.left, stream.message);
    }
    if (stream.right != NOBODY) {
      endpoint.send(stream, stream.right, stream.message);
    }
  }
}
