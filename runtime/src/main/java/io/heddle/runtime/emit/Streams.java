package io.heddle.runtime.emit;

import io.heddle.plan.StreamSpan;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The nodes that make the streams of a model and their gradients, while a rank goes through an
 * action: blocks take what other streams have made, wherever in the model that was. A model of one
 * stream has none: there each pass hands on to the next what it made.
 */
public final class Streams {
  /** The streams of a model that has one. */
  static final Streams NONE = new Streams(List.of());

  private final List<StreamSpan> spans;

  private final long[] tensors;
  private final long[] again;
  private final long[] gradients;
  private final long[] ofSides;
  private boolean isAgain;

  /** Of streams that go so far. */
  public Streams(List<StreamSpan> spans) {
    this.spans = spans;
    this.tensors = new long[spans.size()];
    this.again = new long[spans.size()];
    this.gradients = new long[spans.size()];
    this.ofSides = new long[spans.size()];
  }

  /** The node that makes the tensor of a stream; {@link NodeIdList#NONE} if it was there before. */
  public long tensor(int stream) {
    return isAgain ? again[stream] : tensors[stream];
  }

  /** Says which node makes the tensor of a stream anew. */
  public void tensor(int stream, long node) {
    (isAgain ? again : tensors)[stream] = node;
  }

  /** The node that makes the gradient of a stream; {@link NodeIdList#NONE} if none does yet. */
  public long gradient(int stream) {
    return gradients[stream];
  }

  /** Says which node makes the gradient of a stream anew. */
  public void gradient(int stream, long node) {
    gradients[stream] = node;
  }

  /** The gradient that the last backward pass of a block has made of a side of it. */
  public long ofSide(int side) {
    return ofSides[side];
  }

  /** Says which node makes the gradient of what the block takes of another stream. */
  public void ofSide(int side, long node) {
    ofSides[side] = node;
  }

  /** Forgets all: an action begins. */
  void clear() {
    Arrays.fill(tensors, NodeIdList.NONE);
    Arrays.fill(gradients, NodeIdList.NONE);
    isAgain = false;
  }

  /** All that comes from another action. */
  public void begin(boolean forward, long arrived) {
    Arrays.fill(forward ? tensors : gradients, arrived);
  }

  /**
   * Gathers those that cross the boundary before a layer in shares: what ranks of the same groups
   * share comes at once.
   *
   * @param received the node that has brought the shares
   * @return the node behind which all are there
   */
  long gather(RankEmitter rank, long received, int layer, boolean forward) {
    long[] made = forward ? tensors : gradients;
    long last = received;
    for (int first = 0; first < spans.size(); first++) {
      int group = spans.get(first).group();
      int[] together =
          IntStream.range(0, spans.size())
              .filter(i -> comesInShares(spans.get(i), group, layer, forward))
              .toArray();
      if (together.length > 0 && together[0] == first) {
        long bytes = 0;
        for (int i : together) {
          bytes = Math.addExact(bytes, spans.get(i).messageBytes());
        }
        last = rank.needs(received).allGather("gather.stream", group, bytes);
        for (int i : together) {
          made[i] = last;
        }
      }
    }
    return last;
  }

  private static boolean comesInShares(StreamSpan span, int group, int layer, boolean forward) {
    return span.senders() > 1 && span.group() == group && span.crosses(layer, forward);
  }

  /** Begins a forward pass within a backward pass: what it gets was there before. */
  void recompute() {
    Arrays.fill(again, NodeIdList.NONE);
    isAgain = true;
  }

  /** Ends {@link #recompute}. */
  void backward() {
    isAgain = false;
  }

  /** Gives nodes that were held the numbers that they have got. */
  public void made(SideBySide both) {
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = both.made(tensors[i]);
      gradients[i] = both.made(gradients[i]);
    }
  }

  /** How many there are; 0 in a model of one stream. */
  public int count() {
    return spans.size();
  }

  /**
   * What makes a stream, or its gradient, that crosses the boundary before a layer; {@link
   * NodeIdList#NONE} for one that does not.
   */
  long crossing(int stream, int layer, boolean forward) {
    StreamSpan span = spans.get(stream);
    if (!span.crosses(layer, forward)) {
      return NodeIdList.NONE;
    }
    return forward ? tensors[stream] : gradients[stream];
  }

  /**
   * Bytes of all streams that cross the boundary before a layer, or of their gradients: one at
   * least, for a message without bytes would not make anybody wait.
   */
  public static long bytes(List<StreamSpan> spans, int layer, boolean forward) {
    long bytes = 0;
    for (StreamSpan span : spans) {
      if (span.crosses(layer, forward)) {
        bytes = Math.addExact(bytes, span.messageBytes());
      }
    }
    return Math.max(1, bytes);
  }
}
