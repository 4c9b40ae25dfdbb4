package io.heddle.cli.serve;

import io.heddle.cli.failure.Failure;
import io.heddle.cli.language.AxisValues;
import io.heddle.cli.language.WrittenPlans;
import io.heddle.cli.lsp.MessageConnection;
import io.heddle.cli.lsp.Workspace;
import io.heddle.processor.model.Linked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.antlr.v4.runtime.Token;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;
import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.jspecify.annotations.Nullable;

/** What a page asks for beyond what editors do: files of the folder, and what comes of a plan. */
public final class PageService implements MessageConnection.Extension {
  private final ServedFolder folder;
  private final PageServer.Settings settings;
  private final Workspace workspace;
  private final MessageConnection.Client client;
  private final StepFollower steps;
  private final PlanQuestions questions;
  private volatile String shownUri = "";
  private volatile String shownPlan = "";

  PageService(
      ServedFolder folder,
      PageServer.Settings settings,
      Workspace workspace,
      MessageConnection.Client client) {
    this.folder = folder;
    this.settings = settings;
    this.workspace = workspace;
    this.client = client;
    this.steps = new StepFollower(workspace, client, settings.version());
    this.questions = new PlanQuestions(workspace, folder, settings.version());
  }

  /**
   * What can be opened.
   *
   * @param folder that is open
   * @param first the one that was named
   * @param files of the folder
   * @param library files of the built-in library
   */
  public record Listing(String folder, String first, List<String> files, List<String> library) {}

  /** Names a file as {@link Listing} has it. */
  public record Named(@Nullable String name) {}

  /**
   * A file.
   *
   * @param uri by which the language server knows it
   * @param hash of what it says on the disk; empty for what is not there
   */
  public record Opened(String uri, String name, String text, String hash) {}

  /**
   * A text to be saved.
   *
   * @param hash of what the page knows the file to say; empty for a new file
   */
  public record Unsaved(@Nullable String name, @Nullable String text, @Nullable String hash) {}

  /**
   * What became of it.
   *
   * @param isSaved false if the file changed meanwhile
   * @param hash of what the file says
   * @param text what it says, where it is not what was to be saved
   */
  public record Saved(boolean isSaved, String hash, String text) {}

  /** A plan of an open file; an empty name stands for the first. */
  public record Shown(@Nullable String uri, @Nullable String plan) {}

  /** A number of a plan. */
  public record Asked(@Nullable String uri, @Nullable String plan, @Nullable String number) {}

  /**
   * What is known of a file as it stands.
   *
   * @param plans of the file
   * @param plan that is shown; empty if there is none
   * @param numbers of it
   */
  public record Outline(
      String uri, int version, List<String> plans, String plan, List<PlanNumber> numbers) {}

  /**
   * A number of a plan that is written in the file.
   *
   * @param range of its digits
   */
  public record PlanNumber(String name, String value, Range range) {}

  @Override
  public List<Object> services() {
    return List.of(this, questions);
  }

  /** What can be opened. */
  @JsonRequest("heddle/files")
  public CompletableFuture<Listing> files() {
    return CompletableFuture.completedFuture(
        new Listing(
            folder.root().toString(), settings.file(), folder.files(), Linked.libraryFiles()));
  }

  /** Reads a file. */
  @JsonRequest("heddle/open")
  public CompletableFuture<Opened> open(Named named) {
    String name = Objects.requireNonNullElse(named.name(), "");
    Optional<ServedFolder.Content> library = ServedFolder.library(name);
    if (library.isPresent()) {
      return CompletableFuture.completedFuture(
          new Opened(
              folder.root().resolve(copyName(name)).toUri().toString(),
              copyName(name),
              library.get().text(),
              ""));
    }
    Path path = path(name);
    try {
      ServedFolder.Content content = ServedFolder.read(path);
      return CompletableFuture.completedFuture(
          new Opened(path.toUri().toString(), name, content.text(), content.hash()));
    } catch (Failure e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** A name for a copy of a file of the library, which nothing in the folder has. */
  private String copyName(String library) {
    String name = library.substring(library.lastIndexOf('/') + 1);
    String base = name.substring(0, name.length() - ".tfm".length());
    String free = name;
    for (int i = 2; Files.exists(folder.root().resolve(free)); i++) {
      free = base + "_" + i + ".tfm";
    }
    return free;
  }

  /** Writes a file, unless somebody else did meanwhile. */
  @JsonRequest("heddle/save")
  public CompletableFuture<Saved> save(Unsaved unsaved) {
    String text = Objects.requireNonNullElse(unsaved.text(), "");
    Path path = path(Objects.requireNonNullElse(unsaved.name(), ""));
    try {
      Optional<ServedFolder.Content> conflict =
          folder.save(path, text, Objects.requireNonNullElse(unsaved.hash(), ""));
      return CompletableFuture.completedFuture(
          conflict
              .map(there -> new Saved(false, there.hash(), there.text()))
              .orElseGet(() -> new Saved(true, ServedFolder.Content.of(text).hash(), "")));
    } catch (Failure e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** A file, and what the page knows it to say. */
  public record Seen(@Nullable String name, @Nullable String hash) {}

  /** What a file says on the disk: an empty hash where it is gone, no text where it is as known. */
  @JsonRequest("heddle/look")
  public CompletableFuture<Saved> look(Seen seen) {
    Path path = path(Objects.requireNonNullElse(seen.name(), ""));
    if (!Files.exists(path)) {
      return CompletableFuture.completedFuture(new Saved(false, "", ""));
    }
    try {
      ServedFolder.Content content = ServedFolder.read(path);
      boolean isSame = content.hash().equals(seen.hash());
      return CompletableFuture.completedFuture(
          new Saved(false, content.hash(), isSame ? "" : content.text()));
    } catch (Failure e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** What another file says, of the folder or of the library, named by its address. */
  @JsonRequest("heddle/read")
  public CompletableFuture<Opened> read(Named named) {
    String uri = Objects.requireNonNullElse(named.name(), "");
    Path path = workspace.path(uri).orElseThrow(() -> refused("no file"));
    String name = path.isAbsolute() ? folder.name(path) : path.toString().replace('\\', '/');
    try {
      ServedFolder.Content content =
          folder.holds(path)
              ? ServedFolder.read(path)
              : ServedFolder.library(name).orElseThrow(() -> refused("no file of the folder"));
      return CompletableFuture.completedFuture(
          new Opened(uri, name, content.text(), content.hash()));
    } catch (Failure e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private Path path(String name) {
    return folder
        .resolve(name)
        .orElseThrow(() -> refused("no specification of the open folder: " + name));
  }

  private static ResponseErrorException refused(String why) {
    return new ResponseErrorException(
        new ResponseError(ResponseErrorCode.RequestFailed, why, null));
  }

  /** Chooses the plan that is followed. */
  @JsonNotification("heddle/show")
  public void show(Shown shown) {
    shownUri = Objects.requireNonNullElse(shown.uri(), "");
    shownPlan = Objects.requireNonNullElse(shown.plan(), "");
    if (!shownPlan.isEmpty()) {
      workspace.choose(shownUri, shownPlan);
    }
    CompletableFuture<Void> unused =
        workspace.<@Nullable Void>ask(
            shownUri,
            null,
            known -> {
              checked(known);
              return null;
            });
  }

  /** Values of a number of a plan that pass the checks, the other numbers being as they are. */
  @JsonRequest("heddle/values")
  public CompletableFuture<List<String>> values(Asked asked) {
    return workspace.ask(
        Objects.requireNonNullElse(asked.uri(), ""),
        List.of(),
        known ->
            new AxisValues(Optional.of(known.analysis()))
                .of(
                    Objects.requireNonNullElse(asked.plan(), ""),
                    Objects.requireNonNullElse(asked.number(), "")));
  }

  @Override
  public void checked(Workspace.Known known) {
    if (!known.uri().equals(shownUri)) {
      return;
    }
    List<String> plans = WrittenPlans.names(known.analysis()).stream().map(Token::getText).toList();
    String plan = plans.contains(shownPlan) || plans.isEmpty() ? shownPlan : plans.get(0);
    List<PlanNumber> numbers = new ArrayList<>();
    WrittenPlans.of(known.analysis(), plan)
        .forEach(
            number ->
                numbers.add(
                    new PlanNumber(number.name(), number.text(), known.range(number.span()))));
    client.tell("heddle/outline", new Outline(known.uri(), known.version(), plans, plan, numbers));
    steps.follow(known, plan);
  }
}
