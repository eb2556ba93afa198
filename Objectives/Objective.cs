namespace NativeSsl;

/// <summary>How far a run is.</summary>
/// <param name="Step">The current step, from zero.</param>
/// <param name="Steps">The steps of the whole run.</param>
/// <param name="Epoch">The current pass over the data, from zero; 0 if there are no epochs.</param>
public sealed record Progress(long Step, long Steps, long Epoch)
{
    /// <summary>The share of the run that lies behind, 0 up to 1.</summary>
    public double Fraction => Steps == 0 ? 0 : (double)Step / Steps;
}

/// <summary>
/// A self-supervised task: a loss over views of unlabelled data, and what moves between the steps. Networks come in through the constructor
/// and are its parts, so that a checkpoint holds them all, teachers and heads included.
/// The hooks do nothing unless an objective needs them.
/// </summary>
public abstract class Objective : Module
{
    /// <summary>The loss, a scalar.</summary>
    public abstract Tensor Loss(Views views);

    /// <summary>
    /// The loss of one player, named as the optimizer of its parameters. Players move in turn, each on gradients of its own loss alone; a
    /// task without an adversary has the one player <c>main</c>, and does not override this.
    /// </summary>
    public virtual Tensor Loss(Views views, string player) => Loss(views);

    /// <summary>
    /// The mean loss over every sample of a set, as in evaluation. Each micro-batch is drawn inside the step that uses it, so that its memory
    /// goes back with the step.
    /// </summary>
    /// <param name="backend">The device.</param>
    /// <param name="data">The set.</param>
    /// <param name="player">Whose loss.</param>
    /// <exception cref="NativeSslException">The set is empty.</exception>
    public double MeanLoss(IBackend backend, IViewSource data, string player = "main")
    {
        (double sum, long terms) = (0, 0);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        using IEnumerator<Views> all = data.Everything().GetEnumerator();
        while (true)
        {
            using var step = new Step(backend);
            if (!all.MoveNext()) break;
            sum += Loss(all.Current, player).Item() * all.Current.Terms;
            terms += all.Current.Terms;
        }
        return terms > 0 ? sum / terms : throw new NativeSslException($"{GetType().Name}.MeanLoss: the set is empty.");
    }

    /// <summary>
    /// Whether a step on views of the same shapes always takes the same ops, with the same numbers from the host: then a GPU may do it again without the host
    /// (<see cref="TrainerOptions.Replays"/>). That goes for the loss and for what is done after the backward pass and after the step. Numbers that change belong to
    /// <see cref="Numbers"/>; targets that the host makes of the views' values say no.
    /// </summary>
    public virtual bool IsReplayable => false;

    /// <summary>What follows a schedule: a teacher's momentum, a temperature. The trainer says the numbers before each step; the loss and <see cref="AfterStep"/> read them on
    /// the device.</summary>
    public virtual IReadOnlyList<ScheduledNumber> Numbers => [];

    /// <summary>The loss that an uninformed or collapsed model shows, where it is known: a run that sits on it learns nothing.</summary>
    public virtual double? ChanceLoss => null;

    /// <summary>
    /// What the latest loss was computed from, by name: a row for each sample. The trainer looks at it now and then, before the backward
    /// pass takes the memory back, and so notices a collapse.
    /// </summary>
    public virtual IReadOnlyList<(string Name, Tensor Rows)> Embeddings => [];

    /// <summary>What the latest loss is the sum of, by name, each a scalar; none if it is of one piece. The trainer writes them down now and then.</summary>
    public virtual IReadOnlyList<(string Name, Tensor Value)> LossParts => [];

    /// <summary>What is trained, and how: weight decay on matrices only, one optimizer, unless an objective says otherwise.</summary>
    public virtual IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay) => ParameterGroup.Usual(NamedParameters(), weightDecay);

    /// <summary>Before the first step of every epoch: assigning clusters anew.</summary>
    /// <param name="data">The training set.</param>
    /// <param name="progress">How far the run is.</param>
    /// <returns>The names of the parameter groups whose values were drawn anew: their optimizer forgets its moments.</returns>
    public virtual IReadOnlyList<string> BeforeEpoch(IViewSource data, Progress progress) => [];

    /// <summary>Between the backward pass and the optimizer: holding a layer still, for example.</summary>
    public virtual void AfterBackward(Progress progress) { }

    /// <summary>After the optimizer: teachers follow.</summary>
    public virtual void AfterStep(Progress progress) { }

    /// <summary>Puts what is no tensor of a part (assignments, counters) into a checkpoint.</summary>
    public virtual void Save(CheckpointWriter checkpoint) { }

    /// <summary>Takes it out again.</summary>
    public virtual void Load(CheckpointReader checkpoint) { }
}
