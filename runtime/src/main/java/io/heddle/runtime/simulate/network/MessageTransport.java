package io.heddle.runtime.simulate.network;

import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import org.jspecify.annotations.Nullable;

/**
 * Sends and receives, plainly or by rendezvous: then the receiver sends a token first, the sender's
 * message leaves when the token is there, and the receive is posted at that moment too.
 */
public final class MessageTransport {
  /** Runs what an event asks for. */
  public interface Runner {
    /** Runs one action now. */
    void run(long action);
  }

  /**
   * A message that arrived and that nobody asked for.
   *
   * @param tag as it was sent
   */
  public record Unclaimed(int tag, long bytes) {}

  private static final int MOST_TAGS = 500_000_000;
  private static final long TOKEN_BYTES = 8192;
  private static final int TOKEN_TAG = 1_000_000_000;

  private final EventQueue events;
  private final Messages messages = new Messages();
  private final Mailbox mailbox = new Mailbox();
  private final Network network;
  private final boolean rendezvous;
  private final Runner runner;
  private long sent;
  private long sentBytes;

  /**
   * @param congestion whether messages wait for each other
   */
  public MessageTransport(
      Machine machine, boolean congestion, boolean rendezvous, EventQueue events, Runner runner) {
    this.events = events;
    this.rendezvous = rendezvous;
    this.runner = runner;
    this.network =
        congestion
            ? new CongestionAwareNetwork(machine, events, messages)
            : new CongestionUnawareNetwork(machine, events, messages);
  }

  /** The tag that the message of a node is sent with; those of collectives are beyond. */
  public static int tag(int ofNode) {
    return ofNode % MOST_TAGS;
  }

  /**
   * A node's message between two ranks that nobody asked for: with the tag if there is one, else of
   * the size; null if there is none.
   *
   * @param tag as the receiving node says
   */
  public @Nullable Unclaimed unclaimed(int from, int to, int tag, long bytes) {
    return mailbox.unclaimed(from, to, tag(tag), bytes, MOST_TAGS);
  }

  /** Messages that left so far, tokens among them. */
  public long sent() {
    return sent;
  }

  /** Bytes of these messages. */
  public long sentBytes() {
    return sentBytes;
  }

  /**
   * Sends a message.
   *
   * @param then runs at the sender when the message arrives; may be {@link Actions#NONE}
   */
  public void send(int tag, int from, int to, long bytes, long then) {
    if (from == to) {
      throw new SimulationFault("rank " + from + " sends a message to itself");
    }
    if (bytes <= 0) {
      throw new SimulationFault(
          "rank "
              + from
              + " sends a message of "
              + Long.toUnsignedString(bytes)
              + " bytes to rank "
              + to
              + ": must be 1 to 2^63 - 1; a collective may be smaller than its group");
    }
    int message = messages.add(tag, from, to, bytes, then);
    if (rendezvous) {
      receivePlainly(tag + TOKEN_TAG, to, from, TOKEN_BYTES, Actions.of(Actions.SEND_NOW, message));
    } else {
      leave(message);
    }
  }

  /**
   * Sends a message that stands for all that are alike, and is known by how far it goes.
   *
   * @param to the rank that its time depends on
   * @param address in place of that rank where the message is asked for
   * @param alike how many messages it stands for
   */
  public void sendAlike(int tag, int from, int to, int address, int alike, long bytes, long then) {
    int message = messages.add(tag, from, to, bytes, then);
    sent += alike;
    sentBytes += alike * bytes;
    network.send(message);
    messages.destination[message] = address;
  }

  /**
   * Asks for a message.
   *
   * @param then runs when it is there
   */
  public void receive(int tag, int from, int to, long bytes, long then) {
    if (!rendezvous) {
      receivePlainly(tag, from, to, bytes, then);
      return;
    }
    if (from == to) {
      throw new SimulationFault("rank " + to + " receives a message from itself");
    }
    int waiting = messages.add(tag, from, to, bytes, then);
    long post = Actions.of(Actions.RECEIVE_NOW, waiting);
    leave(messages.add(tag + TOKEN_TAG, to, from, TOKEN_BYTES, post));
  }

  /** Does now what an event would. */
  public void runNow(long action) {
    runner.run(action);
  }

  /** Handles {@link Actions#SEND_NOW}. */
  public void sendNow(int message) {
    leave(message);
  }

  /** Handles {@link Actions#RECEIVE_NOW}. */
  public void receiveNow(int waiting) {
    int tag = messages.tag[waiting];
    messages.remove(waiting);
    receivePlainly(
        tag,
        messages.source[waiting],
        messages.destination[waiting],
        messages.size[waiting],
        messages.action[waiting]);
  }

  /** Handles {@link Actions#ARRIVED}: the sender hears of it first, then the receiver. */
  public void arrived(int message) {
    if (!network.arrive(message)) {
      return;
    }
    long atSender = messages.action[message];
    long atReceiver =
        mailbox.arrive(
            messages.tag[message],
            messages.source[message],
            messages.destination[message],
            messages.size[message]);
    messages.remove(message);
    if (atSender != Actions.NONE) {
      runner.run(atSender);
    }
    if (atReceiver != Actions.NONE) {
      runner.run(atReceiver);
    }
  }

  /** Handles {@link Actions#LINK_FREE}. */
  public void linkFree(int link) {
    ((CongestionAwareNetwork) network).linkFree(link);
  }

  private void leave(int message) {
    sent++;
    sentBytes += messages.size[message];
    network.send(message);
  }

  private void receivePlainly(int tag, int from, int to, long bytes, long then) {
    if (mailbox.receive(tag, from, to, bytes, then)) {
      events.after(0, then);
    }
  }
}
