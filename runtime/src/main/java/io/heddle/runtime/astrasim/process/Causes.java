package io.heddle.runtime.astrasim.process;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is meant by the complaints with which AstraSim ends. */
final class Causes {
  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put(
        "get_event_time() > current_time",
        "something takes no time at tick 0, which AstraSim cannot do: an endpoint-delay of 0, a"
            + " kernel of less than 1 ns, or a small message over a network without latency");
    MEANINGS.put(
        "only support 1-dim topology",
        "the congestion-aware program takes one network dimension; the congestion-unaware program"
            + " and --backend congestion-aware take more");
    MEANINGS.put(
        "!connected(id)", "the congestion-aware program aborts on a ring of 2; take a switch of 2");
    MEANINGS.put(
        "No dependancy free nodes",
        "the trace of some rank has no node without parents, or none at all");
    MEANINGS.put("should not be on CPU", "a communication node has the attribute is_cpu_op");
    MEANINGS.put("communicator group", "a collective names a group that the groups file lacks");
    MEANINGS.put(
        "NO_MEMORY_EXPANSION", "a trace moves remote memory, and the memory file has none");
    MEANINGS.put("bad_cast", "an attribute of a node has another type than AstraSim wants");
    MEANINGS.put("not found in node", "a node lacks an attribute that AstraSim wants");
    MEANINGS.put("Unsupported collective", "AstraSim does not have a collective of some node");
    MEANINGS.put(
        "No collective implementation",
        "the system file has no algorithm for a collective that the trace uses");
    MEANINGS.put(
        "collective_impl.size() <= dimension_size.size()",
        "the system file has more algorithms than the network has dimensions");
    MEANINGS.put(
        "Only GPU and COMM types",
        "AstraSim's statistics take compute and communication nodes only");
    MEANINGS.put("get_operator_type", "AstraSim's statistics take no metadata nodes");
    MEANINGS.put("src != dest", "a rank sends a message to itself");
    MEANINGS.put(
        "Too many open files",
        "AstraSim holds one file open for each rank; raise the limit, such as ulimit -n 65536");
    MEANINGS.put(
        "Failed to open file",
        "AstraSim opens every trace for writing and holds all of them open: see that they are"
            + " there and writable, and that ulimit -n is above the number of ranks");
    MEANINGS.put("bad_alloc", "AstraSim ran out of memory");
  }

  /** What a damaged heap says, which strikes in some runs and not in others. */
  private static final List<String> OF_DAMAGED_HEAP =
      List.of("double free", "free():", "corrupted", "malloc", "munmap_chunk", "invalid pointer");

  private static final String FREED_TWICE =
      "AstraSim frees an algorithm twice when it ends, where a rank runs one kind of collective in"
          + " two groups smaller than a one-dimensional network; the crash cuts what it has"
          + " printed, in some runs and not in others: run it again, or ask --backend"
          + " congestion-unaware, which has the same times";

  private Causes() {}

  /** The meaning of the first complaint that is known. */
  static Optional<String> find(List<String> said) {
    for (Map.Entry<String, String> meaning : MEANINGS.entrySet()) {
      for (String line : said) {
        if (line.contains(meaning.getKey())) {
          return Optional.of(meaning.getValue());
        }
      }
    }
    boolean damaged =
        said.stream().anyMatch(line -> OF_DAMAGED_HEAP.stream().anyMatch(line::contains));
    return damaged ? Optional.of(FREED_TWICE) : Optional.empty();
  }

  /** Whether AstraSim says itself why it aborts, so that it would again. */
  static boolean stated(List<String> said) {
    return find(said).filter(cause -> !cause.equals(FREED_TWICE)).isPresent()
        || said.stream()
            .anyMatch(line -> line.contains("Assertion `") || line.contains("terminate called"));
  }
}
