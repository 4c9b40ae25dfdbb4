package io.heddle.runtime.simulate.network;

import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.simulate.kernel.Actions;
import io.heddle.runtime.simulate.kernel.EventQueue;

/** Messages overlap freely: each takes what its route takes when it is alone. */
final class CongestionUnawareNetwork implements Network {
  private final EventQueue events;
  private final Messages messages;
  private final MessageCost delay;

  CongestionUnawareNetwork(Machine machine, EventQueue events, Messages messages) {
    this.events = events;
    this.messages = messages;
    this.delay = new MessageCost(machine);
  }

  @Override
  public void send(int message) {
    long nanos =
        delay.nanos(
            messages.source[message], messages.destination[message], messages.size[message]);
    events.after(nanos, Actions.of(Actions.ARRIVED, message));
  }

  @Override
  public boolean arrive(int message) {
    return true;
  }
}
