namespace NativeSsl.Cli.Training;

/// <summary>A run that trains a T5.</summary>
abstract class SequenceRun(SequenceRecipe recipe, IBackend backend, SequenceFrame frame) : Run(recipe, backend)
{
    internal SequenceFrame Frame => frame;

    internal override TextToText Objective { get; } = recipe.NewObjective(new Init(backend, (ulong)recipe.Seed), frame);

    /// <summary>The same network before any training.</summary>
    internal TextToText NewObjective() => recipe.NewObjective(new Init(Backend, (ulong)recipe.Seed), frame);

    private protected abstract IViewSource TrainingViews();

    private protected abstract IViewSource ValidationViews();

    private protected override Trainer NewTrainer(TrainerOptions options) =>
        new(Objective, TrainingViews(), options with { Validation = ValidationViews(), ValidationInterval = recipe.EvaluationInterval });

    private protected override AdamW NewOptimizer(Parameters parameters) => recipe.NewOptimizer(parameters);

    internal override void Prepare(RunDirectory directory) => frame.Tokenizer.Save(directory.TokenizerPath);

    internal override Estimate Estimate()
    {
        IViewSource views = TrainingViews();
        return Training.Estimate.OfStep(Objective.ParameterCount, recipe.Steps, Backend as CpuBackend, () =>
        {
            using var step = new Step(Backend, training: true);
            Objective.Loss(views.Draw(recipe.Steps - 1)).Backward();        // the first ones may be shorter
        });
    }
}
