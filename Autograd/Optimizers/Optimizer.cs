namespace NativeSsl;

/// <summary>Moves the values of parameters along their gradients.
/// Learning rate and step number come in with every step, so that nothing hides here but moments.</summary>
/// <param name="parameters">What is trained.</param>
/// <param name="numbersOfGroup">How many numbers of a step the device is to know of each group.</param>
public abstract class Optimizer(Parameters parameters, int numbersOfGroup)
{
    readonly long[] _firstSteps = new long[parameters.Groups.Count];

    /// <summary>What is trained.</summary>
    public Parameters Parameters => parameters;

    /// <summary>The moments, <c>[count]</c> each, laid out like the values: what a checkpoint must hold.</summary>
    public abstract IReadOnlyList<(string Name, Tensor Tensor)> State { get; }

    /// <summary>For each group, the step at which its moments began; a checkpoint must hold these too.</summary>
    public IReadOnlyList<long> FirstSteps => _firstSteps;

    /// <summary>What a step's learning rate makes of the groups, one after the other.</summary>
    public StepNumbers Numbers { get; } = new(parameters.Values.Backend, parameters.Groups.Count * numbersOfGroup);

    /// <summary>Takes one step; the gradients stay.</summary>
    /// <param name="step">The number of the step, from zero.</param>
    /// <param name="learningRate">η, before the groups' factors.</param>
    /// <param name="clipping">What has looked at the gradients, and says how far they count; null for all of them, as they are.</param>
    /// <exception cref="GradientException">The clipping is of other parameters.</exception>
    public void Step(long step, double learningRate, Clipping? clipping = null)
    {
        Say(step, learningRate);
        Numbers.Send();
        Move(clipping);
    }

    /// <summary>Says the <see cref="Numbers"/> of a step, and sends nothing; the rest of <see cref="Step"/> is <see cref="Move(Clipping?)"/>.</summary>
    /// <param name="step">The number of the step, from zero.</param>
    /// <param name="learningRate">η, before the groups' factors.</param>
    public void Say(long step, double learningRate)
    {
        for (int group = 0; group < _firstSteps.Length; group++)
            Say(Numbers.Said.Slice(group * numbersOfGroup, numbersOfGroup), group, step - _firstSteps[group] + 1, learningRate * parameters.Groups[group].LearningRateScale);
    }

    /// <summary>Takes the step whose numbers were sent last: nothing of it is the host's, so a device may record it.</summary>
    /// <param name="clipping">What has looked at the gradients, and says how far they count; null for all of them, as they are.</param>
    /// <exception cref="GradientException">The clipping is of other parameters.</exception>
    public void Move(Clipping? clipping = null)
    {
        if (clipping is not null && clipping.Parameters != parameters) throw new GradientException("Optimizer.Move: the clipping looked at the gradients of other parameters.");
        parameters.Settle();
        for (int group = 0; group < _firstSteps.Length; group++)
            Move(group, Parameters.Window(Numbers.Tensor, (group * numbersOfGroup, numbersOfGroup)), clipping?.Factor);
    }

    /// <summary>Forgets the moments of one group, as if <paramref name="step"/> were its first:
    /// the group's values were drawn anew.</summary>
    /// <exception cref="GradientException">There is no group of this name.</exception>
    public void Restart(string group, long step)
    {
        int index = parameters.Groups.ToList().FindIndex(candidate => candidate.Name == group);
        if (index < 0)
            throw new GradientException($"Optimizer.Restart: no group is named {group}; " +
                $"there are {string.Join(", ", parameters.Groups.Select(g => g.Name))}.");
        _firstSteps[index] = step;
        foreach ((_, Tensor tensor) in State) tensor.Backend.Fill(Parameters.Window(tensor, parameters.Ranges[index]), 0f);
    }

    /// <summary>Takes up where a checkpoint left off.</summary>
    /// <exception cref="GradientException">It was written for other groups.</exception>
    public void RestoreFirstSteps(IReadOnlyList<long> steps)
    {
        if (steps.Count != _firstSteps.Length)
            throw new GradientException($"Optimizer.RestoreFirstSteps: {steps.Count} steps for {_firstSteps.Length} groups of parameters.");
        for (int i = 0; i < _firstSteps.Length; i++) _firstSteps[i] = steps[i];
    }

    /// <summary>Says the numbers of one group.</summary>
    /// <param name="numbers">Where.</param>
    /// <param name="group">Its position.</param>
    /// <param name="time">t, the number of steps of this group, this one included.</param>
    /// <param name="learningRate">η, with the group's factor.</param>
    protected abstract void Say(Span<float> numbers, int group, long time, double learningRate);

    /// <summary>Moves one group.</summary>
    /// <param name="group">Its position.</param>
    /// <param name="numbers">What was said of it, as the device knows it.</param>
    /// <param name="factor"><c>[1]</c>, what gradients are multiplied by; if it is 0, nothing moves. Null for 1.</param>
    protected abstract void Move(int group, Tensor numbers, Tensor? factor);

    /// <summary>A flat tensor of zeros laid out like the values.</summary>
    protected static Tensor NewState(Parameters parameters)
    {
        Tensor state = Tensor.Lasting(parameters.Values.Backend, parameters.Values.Shape);
        state.Backend.Fill(state, 0f);
        return state;
    }

    /// <summary>The groups' windows onto a flat tensor laid out like the values.</summary>
    protected static Tensor[] Windows(Parameters parameters, Tensor flat) =>
        [.. parameters.Ranges.Select(range => Parameters.Window(flat, range))];
}
