package io.heddle.cli.lsp;

import io.heddle.cli.language.Analysis;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.jsonrpc.CompletableFutures;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The open files, and the threads that work on them: one analyses, so that what it makes need not
 * be shared, and one simulates, which may take longer.
 */
public final class Workspace implements AutoCloseable {
  /** How long nothing must have been typed before a file is checked. */
  private static final long PAUSE_MILLIS = 30;

  private final Map<String, OpenDocument> documents = new ConcurrentHashMap<>();
  private final Map<String, String> chosen = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private final LibraryFolder library;
  private final Predicate<Path> isServed;
  private final Consumer<String> log;
  private final ScheduledExecutorService analyses = executor("heddle-analyses");
  private final ScheduledExecutorService simulations = executor("heddle-simulations");
  private volatile Consumer<Known> check = known -> {};

  /**
   * @param isServed which files may be opened, but for those of the library
   */
  Workspace(LibraryFolder library, Predicate<Path> isServed, Consumer<String> log) {
    this.library = library;
    this.isServed = isServed;
    this.log = log;
  }

  private static ScheduledExecutorService executor(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          // Analyses go as deep as the compiler does, which is bounded by its own limits.
          Thread thread = new Thread(null, task, name, 64 << 20);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Adds what is done with a file when nothing has been typed for a moment. */
  void onPause(Consumer<Known> action) {
    check = check.andThen(action);
  }

  LibraryFolder library() {
    return library;
  }

  void open(String uri, String text, int version) {
    library
        .path(uri)
        .filter(path -> !path.isAbsolute() || isServed.test(path))
        .ifPresent(
            path -> {
              documents.put(uri, new OpenDocument(uri, path, text, version));
              changed(path);
            });
  }

  void change(String uri, Consumer<OpenDocument> change) {
    find(uri)
        .ifPresent(
            document -> {
              change.accept(document);
              changed(document.path());
            });
  }

  void close(String uri) {
    OpenDocument closed = documents.remove(uri);
    chosen.remove(uri);
    if (closed != null) {
      changed(closed.path());
    }
  }

  /** Something changed on the disk. */
  void changed() {
    documents.values().forEach(document -> changed(document.path()));
  }

  private void changed(Path path) {
    long number = changes.incrementAndGet();
    try {
      analyses.execute(() -> documents.values().forEach(document -> document.forget(path)));
      Future<?> unused =
          analyses.schedule(
              () -> {
                // Whoever typed since then has asked again.
                if (number == changes.get()) {
                  documents.values().forEach(this::checkQuietly);
                }
              },
              PAUSE_MILLIS,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The server ends.
    }
  }

  private void checkQuietly(OpenDocument document) {
    try {
      check.accept(known(document));
    } catch (RuntimeException | StackOverflowError e) {
      log.accept("checking " + document.uri() + ": " + e);
    }
  }

  Optional<OpenDocument> find(String uri) {
    return Optional.ofNullable(documents.get(uri));
  }

  Collection<OpenDocument> documents() {
    return List.copyOf(documents.values());
  }

  /** The plan that was chosen for a file. */
  public Optional<String> chosen(String uri) {
    return Optional.ofNullable(chosen.get(uri));
  }

  public void choose(String uri, String plan) {
    chosen.put(uri, plan);
  }

  /** The analysis of a file; for the thread of analyses. */
  Analysis analysis(OpenDocument document) {
    return document.analysis(this::textOf);
  }

  /** Counts changes of all files. */
  public long changes() {
    return changes.get();
  }

  Optional<String> textOf(Path path) {
    return documents.values().stream()
        .filter(document -> document.path().equals(path))
        .map(document -> document.state().text())
        .findFirst();
  }

  /** A file with what is known of it. */
  public record Known(OpenDocument document, OpenDocument.State state, Analysis analysis) {
    /** Its address, as the client has it. */
    public String uri() {
      return document.uri();
    }

    /** Where it lies. */
    public Path path() {
      return document.path();
    }

    /** The version of its text, as the client counts. */
    public int version() {
      return state.version();
    }

    /** The place of a span of its text, as the protocol counts it. */
    public Range range(Span span) {
      return map().range(span);
    }

    TextMap map() {
      return state.map();
    }
  }

  private Known known(OpenDocument document) {
    return new Known(document, document.state(), analysis(document));
  }

  /** The file of an address, as the compiler names it: relative in the library. */
  public Optional<Path> path(String uri) {
    return library.path(uri);
  }

  /** The address of a file of a compilation; empty for one that cannot be opened. */
  public Optional<String> uri(Source source) {
    return library.uri(source);
  }

  /** Answers a request about a file; with {@code none} for one that is not open. */
  public <T extends @Nullable Object> CompletableFuture<T> ask(
      String uri, T none, Function<Known, T> answer) {
    return CompletableFutures.computeAsync(
        analyses,
        cancelled -> {
          cancelled.checkCanceled();
          Optional<OpenDocument> document = find(uri);
          return document.isEmpty() ? none : answered(document.get(), answer);
        });
  }

  private <T extends @Nullable Object> T answered(
      OpenDocument document, Function<Known, T> answer) {
    try {
      return answer.apply(known(document));
    } catch (CancellationException | ResponseErrorException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      log.accept("a request about " + document.uri() + ": " + e);
      throw new ResponseErrorException(
          new ResponseError(ResponseErrorCode.InternalError, "a fault of Heddle: " + e, null));
    }
  }

  /** As {@link #ask}, then on the thread of simulations. */
  public <T extends @Nullable Object, S> CompletableFuture<T> simulate(
      String uri, T none, Function<Known, S> prepared, Function<S, T> answer) {
    return this.<@Nullable S>ask(uri, null, prepared)
        .thenApplyAsync(made -> made == null ? none : answer.apply(made), simulations);
  }

  @Override
  public void close() {
    analyses.shutdownNow();
    simulations.shutdownNow();
  }
}
