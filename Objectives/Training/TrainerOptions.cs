namespace NativeSsl;

/// <summary>Who moves some of the parameters, and how far.</summary>
/// <param name="Optimizer">Makes the optimizer of given parameters.</param>
/// <param name="LearningRate">η over the run.</param>
public sealed record Player(Func<Parameters, Optimizer> Optimizer, Schedule LearningRate);

/// <summary>What decides a run besides objective and data.</summary>
public sealed record TrainerOptions
{
    /// <summary>Optimizer steps of the whole run.</summary>
    public required long Steps { get; init; }
    /// <summary>The optimizers by name, as the objective's parameter groups name them; most have only <c>main</c>.</summary>
    public required IReadOnlyDictionary<string, Player> Players { get; init; }
    /// <summary>Decides dropout.</summary>
    public ulong Seed { get; init; }
    /// <summary>λ, on matrices unless the objective says otherwise.</summary>
    public float WeightDecay { get; init; }
    /// <summary>The largest norm of the gradient; 0 does not clip.</summary>
    public double Clip { get; init; }
    /// <summary>Micro-batches whose gradients are averaged in a step: a large batch in little memory.</summary>
    public int MicroBatches { get; init; } = 1;
    /// <summary>Where the validation loss is taken, all of it each time; none if null.</summary>
    public IViewSource? Validation { get; init; }
    /// <summary>Steps from one validation to the next; 0 validates at the end only.</summary>
    public long ValidationInterval { get; init; }
    /// <summary>Steps from one checkpoint to the next; 0 saves at the end only.</summary>
    public long CheckpointInterval { get; init; }
    /// <summary>Steps from one examination of the run's health to the next, besides those at steps 1, 2, 4, 8, …; 0 for none.</summary>
    public long HealthInterval { get; init; } = 50;
    /// <summary>Whether a run that does not learn, as its warning says, stops with a <see cref="FailingRunException"/>.</summary>
    public bool StopWhenFailing { get; init; }
    /// <summary>
    /// Whether a GPU records a whole step and does it again by itself at later ones, in memory of its own: for small models, whose steps are
    /// shorter than it takes to ask for them. <see cref="Trainer.Run"/> then tells of a step when the next one has been asked for. Results are the same, bit for bit. The objective has to be <see cref="Objective.IsReplayable"/>.
    /// </summary>
    public bool Replays { get; init; }
    /// <summary>Tells runs apart: a checkpoint of another recipe is refused. The hash of the recipe, for example.</summary>
    public string Identity { get; init; } = "";
}

/// <summary>What one step has brought.</summary>
/// <param name="Step">How many steps have been done.</param>
/// <param name="Steps">The steps of the whole run.</param>
/// <param name="Loss">The loss before the step, the mean over its micro-batches, of the first player.</param>
/// <param name="GradientNorm">‖g‖ before clipping, of the first player.</param>
/// <param name="LearningRate">η of the first player.</param>
/// <param name="Seconds">How long the step took.</param>
public sealed record TrainingReport(long Step, long Steps, double Loss, double GradientNorm, double LearningRate, double Seconds)
{
    /// <summary>Multiplications and additions of its products, forward and backward, as <see cref="FlopCount"/> counts them.</summary>
    public double Flops { get; init; }
    /// <summary>The validation loss after the step, if it was taken.</summary>
    public double? ValidationLoss { get; init; }
    /// <summary>What was measured besides, at the steps that are examined.</summary>
    public Health? Health { get; init; }
    /// <summary>What keeps the run from learning, as a sentence; null while nothing new is wrong.</summary>
    public string? Warning { get; init; }
}

/// <summary>A loss or gradient that is no finite number. The parameters, and running statistics, are those from before the step.</summary>
public sealed class DivergedException(string message) : NativeSslException(message);

/// <summary>A run that does not learn. The message says why; its latest checkpoint is of that step.</summary>
public sealed class FailingRunException(string message) : NativeSslException(message);
