package io.heddle.processor.lower;

import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.Size;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Puts what has nothing to do with the exchanges of experts, as a shared expert, between each
 * exchange and what reads it, so that it runs beside the exchange. The order changes and nothing
 * else: no node comes before what it waits for, and all others keep their order.
 *
 * <p>Products are dealt out evenly to the exchanges of a pass, in their order. The collectives that
 * they wait for go ahead of the exchange, as early as they can: behind it on the one communication
 * lane, they would keep the products until it is done.
 */
final class BesideExchanges {
  private final List<LocalNode> nodes;
  private final Predicate<LocalNode> isExchange;
  private final Set<LocalNode> aside = new HashSet<>();
  private final Set<Value> waiting = new HashSet<>();
  private final List<LocalNode> arranged = new ArrayList<>();

  private BesideExchanges(List<LocalNode> nodes, Predicate<LocalNode> isExchange) {
    this.nodes = nodes;
    this.isExchange = isExchange;
    findAside();
    nodes.forEach(node -> waiting.addAll(node.outputs()));
  }

  /** The nodes of one direction of a block in an order in which what can runs beside exchanges. */
  static List<LocalNode> arrange(List<LocalNode> nodes, Predicate<LocalNode> isExchange) {
    BesideExchanges beside = new BesideExchanges(nodes, isExchange);
    return beside.aside.isEmpty() ? nodes : beside.run();
  }

  /** Neither does an exchange wait for these nodes, nor they for an exchange. */
  private void findAside() {
    Set<Value> behind = new HashSet<>();
    for (LocalNode node : nodes) {
      if (isExchange.test(node) || node.inputs().stream().anyMatch(behind::contains)) {
        behind.addAll(node.outputs());
      } else {
        aside.add(node);
      }
    }
    if (behind.isEmpty()) {
      aside.clear();
    }
    Set<Value> ahead = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      LocalNode node = nodes.get(i);
      if (isExchange.test(node) || node.outputs().stream().anyMatch(ahead::contains)) {
        ahead.addAll(node.inputs());
        aside.remove(node);
      }
    }
  }

  private List<LocalNode> run() {
    List<List<LocalNode>> shares = shares();
    int next = 0;
    makeCollectives(shares, next);
    for (LocalNode node : nodes) {
      if (aside.contains(node)) {
        continue;
      }
      makeNeeded(node);
      make(node);
      if (isExchange.test(node)) {
        shares.get(next++).forEach(this::makeIfReady);
      }
      makeCollectives(shares, next);
    }
    nodes.forEach(this::makeIfReady);
    return List.copyOf(arranged);
  }

  /** Makes what the products beside the next exchange wait for as soon as it can be made. */
  private void makeCollectives(List<List<LocalNode>> shares, int next) {
    if (next < shares.size()) {
      shares.get(next).stream().filter(Communicate.class::isInstance).forEach(this::makeIfReady);
    }
  }

  /**
   * What goes beside each exchange: as many products each, in their order, with the kernels that
   * stand before them and the collectives that these read.
   */
  private List<List<LocalNode>> shares() {
    List<LocalNode> all = nodes.stream().filter(aside::contains).toList();
    long exchanges = nodes.stream().filter(isExchange).count();
    long products = all.stream().filter(BesideExchanges::isProduct).count();
    List<List<LocalNode>> shares = new ArrayList<>();
    for (long i = 0; i < exchanges; i++) {
      shares.add(new ArrayList<>());
    }
    long met = 0;
    Map<LocalNode, Integer> dealt = new HashMap<>();
    for (LocalNode node : all) {
      dealt.put(
          node, (int) (products == 0 ? 0 : Math.min(met, products - 1) * exchanges / products));
      met += isProduct(node) ? 1 : 0;
    }
    for (int i = 0; i < all.size(); i++) {
      LocalNode node = all.get(i);
      LocalNode reader = node instanceof Communicate ? firstReader(node, all) : node;
      shares.get(dealt.get(reader)).add(node);
    }
    return shares;
  }

  /** The first node that reads what this one makes; itself where none does. */
  private static LocalNode firstReader(LocalNode made, List<LocalNode> nodes) {
    return nodes.stream()
        .filter(node -> node.inputs().contains(made.output()))
        .findFirst()
        .orElse(made);
  }

  private static boolean isProduct(LocalNode node) {
    return node instanceof Compute compute && !compute.matmulOperations().equals(Size.ZERO);
  }

  /** Makes the nodes aside that the node waits for, itself or through others. */
  private void makeNeeded(LocalNode node) {
    Set<Value> needed = new HashSet<>(node.inputs());
    List<LocalNode> missing = new ArrayList<>();
    for (int i = nodes.indexOf(node) - 1; i >= 0; i--) {
      LocalNode before = nodes.get(i);
      if (before.outputs().stream().anyMatch(needed::contains)) {
        needed.addAll(before.inputs());
        missing.add(0, before);
      }
    }
    missing.forEach(this::makeIfReady);
  }

  private void makeIfReady(LocalNode node) {
    boolean made = node.outputs().stream().noneMatch(waiting::contains);
    if (!made && node.inputs().stream().noneMatch(waiting::contains)) {
      make(node);
    }
  }

  private void make(LocalNode node) {
    arranged.add(node);
    waiting.removeAll(node.outputs());
  }
}
