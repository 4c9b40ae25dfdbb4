package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.PlanItem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes out models that are derived from others, so that nothing behind knows of them. */
final class DerivedModels {
  private final Names<Declaration> models;

  /** Those that were written out, by their names. */
  private final Map<String, Optional<Declaration.Model>> known = new HashMap<>();

  DerivedModels(Names<Declaration> models) {
    this.models = models;
  }

  /**
   * The model with the parameters that it sets; empty after findings.
   *
   * @param diagnostics receives them, of a model that others have asked for only the first time
   */
  Optional<Declaration.Model> written(Declaration declaration, Diagnostics diagnostics) {
    Deque<Declaration.DerivedModel> lineage = new ArrayDeque<>();
    Set<String> before = new HashSet<>();
    Declaration at = declaration;
    while (at instanceof Declaration.DerivedModel derived
        && !known.containsKey(derived.name().text())) {
      if (!before.add(derived.name().text())) {
        diagnostics.report(Code.MODEL_OF_ITSELF, derived.base().span(), derived.name()).add();
        return Optional.empty();
      }
      lineage.push(derived);
      Optional<Declaration> base = models.find(derived.base());
      if (base.isEmpty()) {
        return Optional.empty();
      }
      at = base.get();
    }
    Optional<Declaration.Model> model =
        at instanceof Declaration.Model whole
            ? Optional.of(whole)
            : known.get(((Declaration.DerivedModel) at).name().text());
    for (Declaration.DerivedModel derived : lineage) {
      model = model.flatMap(base -> with(base, derived, diagnostics));
      known.put(derived.name().text(), model);
    }
    return model;
  }

  private static Optional<Declaration.Model> with(
      Declaration.Model base, Declaration.DerivedModel derived, Diagnostics diagnostics) {
    List<String> known =
        base.members().stream()
            .filter(ModelMember.Parameter.class::isInstance)
            .map(member -> ((ModelMember.Parameter) member).name().text())
            .toList();
    Diagnostics findings = new Diagnostics();
    Map<String, PlanItem.Setting> settings =
        new NamedArguments("parameter", base.name().text(), known, findings)
            .read(derived.parameters(), PlanItem.Setting::name);
    diagnostics.addAll(findings.all());
    if (findings.hasErrors()) {
      return Optional.empty();
    }
    List<ModelMember> members = new ArrayList<>();
    for (ModelMember member : base.members()) {
      PlanItem.Setting setting =
          member instanceof ModelMember.Parameter parameter
              ? settings.get(parameter.name().text())
              : null;
      members.add(
          setting == null ? member : new ModelMember.Parameter(setting.name(), setting.value()));
    }
    String documentation =
        derived.documentation().isEmpty() ? base.documentation() : derived.documentation();
    return Optional.of(new Declaration.Model(derived.name(), documentation, members));
  }
}
