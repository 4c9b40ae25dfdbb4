package io.heddle.runtime.simulate.collective;

import io.heddle.runtime.cost.UnsignedCast;
import io.heddle.runtime.simulate.config.SharedBus;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A rank's memory bus as AstraSim models it: LogGP (Alexandrov et al. 1995) between the device and
 * its memory adapter, and on the device's side a second such bus between device and memory. A
 * message goes from one side to the other, is perhaps reduced there, and perhaps comes back.
 */
final class MemoryBus {
  /** Whence a message goes, and what becomes of it. */
  enum Way {
    /** From the device to the adapter: nothing more. */
    OUT(DEVICE, false),
    /** From the adapter to the device. */
    IN(ADAPTER, false),
    /** As {@link #IN}, and back again. */
    THERE_AND_BACK(ADAPTER, true);

    private final int from;
    private final boolean back;

    Way(int from, boolean back) {
      this.from = from;
      this.back = back;
    }
  }

  private static final int DEVICE = 0;
  private static final int ADAPTER = 1;
  private static final int INNER_DEVICE = 2;
  private static final int MEMORY = 3;

  private static final int SENT = 0;
  private static final int GOT = 1;
  private static final int WORKED = 2;
  private static final int EVENTS = 3;

  private static final double INNER_GAP_PER_BYTE = 0.0038;
  private static final int MOST_IN_A_ROW = 8;
  private static final int REDUCED_TOGETHER = 100;
  private static final int REDUCTION_START = 50;

  private enum State {
    FREE,
    SENDING,
    RECEIVING
  }

  private static final class Request {
    final long size;
    boolean reduce;
    boolean back;
    final Runnable done;

    Request(long size, boolean reduce, boolean back, Runnable done) {
      this.size = size;
      this.reduce = reduce;
      this.back = back;
      this.done = done;
    }
  }

  private static final class Side {
    final int number;
    final double gapPerByte;
    final Deque<Request> sends = new ArrayDeque<>();
    final Deque<Request> receives = new ArrayDeque<>();
    final Deque<Request> processing = new ArrayDeque<>();
    State state = State.FREE;
    State previous = State.FREE;
    long last;
    int sentInARow;
    boolean working;

    Side(int number, double gapPerByte) {
      this.number = number;
      this.gapPerByte = gapPerByte;
    }
  }

  private final int rank;
  private final SharedBus bus;
  private final EventQueue events;
  private final Side[] sides;

  MemoryBus(int rank, SharedBus bus, EventQueue events) {
    this.rank = rank;
    this.bus = bus;
    this.events = events;
    this.sides =
        new Side[] {
          new Side(DEVICE, bus.gapPerByte()),
          new Side(ADAPTER, bus.gapPerByte()),
          new Side(INNER_DEVICE, INNER_GAP_PER_BYTE),
          new Side(MEMORY, INNER_GAP_PER_BYTE)
        };
  }

  /**
   * Takes a message over the bus.
   *
   * @param size bytes, of which the bus keeps 32 bits
   * @param done runs when the message has gone its way
   */
  void request(Way way, long size, boolean reduce, Runnable done) {
    request(sides[way.from], new Request((int) size, reduce, way.back, done));
  }

  private void request(Side side, Request request) {
    if (side.number == DEVICE) {
      inner(MEMORY, request.size, false, () -> side.sends.add(request));
      return;
    }
    side.sends.add(request);
    if (side.state == State.FREE) {
      turn(side);
    }
  }

  /** Goes over the inner bus first; what follows is on the device's side of the outer one. */
  private void inner(int from, long size, boolean back, Runnable then) {
    Runnable done =
        () -> {
          then.run();
          look(sides[DEVICE]);
        };
    request(sides[from], new Request(size, false, back, done));
  }

  private Side partner(Side side) {
    return sides[side.number ^ 1];
  }

  private void turn(Side side) {
    Side partner = partner(side);
    if (side.sentInARow > MOST_IN_A_ROW
        && !partner.sends.isEmpty()
        && partner.sentInARow <= MOST_IN_A_ROW) {
      if (partner.state == State.FREE) {
        look(partner);
      }
      return;
    }
    long offset = bus.overhead();
    long since = events.now() - side.last;
    if (side.previous == State.SENDING && offset + since <= bus.gap()) {
      offset = bus.gap() - since;
    }
    Request first = side.sends.getFirst();
    take(partner, first, offset);
    side.sends.removeFirst();
    side.state = State.SENDING;
    later(side, SENT, offset + side.gapPerByte * (first.size - 1));
  }

  private void take(Side side, Request request, long offset) {
    side.receives.add(request);
    side.previous = side.state;
    side.state = State.RECEIVING;
    side.sentInARow = 0;
    later(
        side, GOT, offset + (request.size - 1) * side.gapPerByte + bus.latency() + bus.overhead());
  }

  private void later(Side side, int event, double delay) {
    events.onRankAfter(
        rank, UnsignedCast.of(delay), Actions.of(Actions.BUS, rank, EVENTS * side.number + event));
  }

  /** Handles an event that the bus asked for. */
  void on(int event) {
    Side side = sides[event / EVENTS];
    switch (event % EVENTS) {
      case SENT -> sent(side);
      case GOT -> got(side);
      default -> worked(side);
    }
  }

  private void sent(Side side) {
    side.last = events.now();
    side.previous = side.state;
    side.state = State.FREE;
    side.sentInARow++;
    look(side);
  }

  private void got(Side side) {
    side.last = events.now();
    side.previous = side.state;
    if (side.receives.size() < 2) {
      side.state = State.FREE;
    }
    Request request = side.receives.getFirst();
    if (request.reduce) {
      request.reduce = false;
      if (side.number == DEVICE) {
        inner(INNER_DEVICE, request.size, true, () -> process(side, request));
      } else {
        side.processing.add(request);
      }
      if (!side.working && !side.processing.isEmpty()) {
        work(side);
      }
    } else {
      leave(side, request);
    }
    side.receives.removeFirst();
    look(side);
  }

  private void process(Side side, Request request) {
    side.processing.add(request);
    if (!side.working) {
      work(side);
    }
  }

  /** A request goes back, or is done. */
  private void leave(Side side, Request request) {
    boolean onDevice = side.number == DEVICE;
    if (request.back) {
      request.back = false;
      if (onDevice) {
        inner(INNER_DEVICE, request.size, true, () -> side.sends.add(request));
      } else {
        side.sends.add(request);
      }
    } else if (onDevice) {
      inner(INNER_DEVICE, request.size, false, request.done);
    } else {
      request.done.run();
    }
  }

  private void work(Side side) {
    side.working = true;
    long size = side.processing.getFirst().size;
    later(
        side, WORKED, (double) (size / REDUCED_TOGETHER * bus.reductionDelay() + REDUCTION_START));
  }

  private void worked(Side side) {
    side.working = false;
    Request request = side.processing.getFirst();
    leave(side, request);
    side.processing.removeFirst();
    if (!side.working && !side.processing.isEmpty()) {
      work(side);
    }
    look(side);
  }

  /** Sends what waits, if the side is free. */
  private void look(Side side) {
    if (side.state == State.FREE && !side.sends.isEmpty()) {
      turn(side);
    }
  }
}
