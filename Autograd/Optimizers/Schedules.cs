namespace NativeSsl;

/// <summary>A number that changes over a run: a pure function of the step, so a resumed run needs to remember nothing.</summary>
public abstract record Schedule
{
    /// <summary>The value at a step, counted from zero.</summary>
    public abstract double At(long step);
}

/// <summary>Always the same.</summary>
public sealed record Constant(double Value) : Schedule
{
    /// <inheritdoc/>
    public override double At(long step) => Value;
}

/// <summary>Rises in a straight line over the first steps, then does what <paramref name="Then"/> says.</summary>
/// <param name="Steps">How many steps of warm-up: step s has (s + 1) / (Steps + 1) of what Then says for its beginning.</param>
/// <param name="Then">What follows; its step 0 is the first after the warm-up.</param>
/// <remarks>Goyal et al. 2017, “Accurate, large minibatch SGD”, section 2.2.</remarks>
public sealed record LinearWarmup(long Steps, Schedule Then) : Schedule
{
    /// <inheritdoc/>
    public override double At(long step) => step < Steps ? Then.At(0) * (step + 1) / (Steps + 1) : Then.At(step - Steps);
}

/// <summary>Falls along half a cosine from Peak to Floor, and stays there.</summary>
/// <param name="Peak">The value at step 0.</param>
/// <param name="Floor">The value from step Steps on.</param>
/// <param name="Steps">How long the fall takes.</param>
/// <remarks>Loshchilov &amp; Hutter 2017, “SGDR: stochastic gradient descent with warm restarts”, equation 5, without restarts.</remarks>
public sealed record Cosine(double Peak, double Floor, long Steps) : Schedule
{
    /// <inheritdoc/>
    public override double At(long step) =>
        step >= Steps ? Floor : Floor + (Peak - Floor) * 0.5 * (1 + Math.Cos(Math.PI * step / Steps));
}

/// <summary>Falls in a straight line from Peak to Floor, and stays there.</summary>
/// <param name="Peak">The value at step 0.</param>
/// <param name="Floor">The value from step Steps on.</param>
/// <param name="Steps">How long the fall takes.</param>
/// <remarks>Devlin et al. 2019, “BERT”, appendix A.2; here the fall begins where the warm-up ends, as in fairseq's <c>polynomial_decay</c>.</remarks>
public sealed record LinearDecay(double Peak, double Floor, long Steps) : Schedule
{
    /// <inheritdoc/>
    public override double At(long step) => step >= Steps ? Floor : Peak + (Floor - Peak) * step / Steps;
}

/// <summary>Multiplied by Factor at each milestone.</summary>
/// <param name="Initial">The value before the first milestone.</param>
/// <param name="Factor">For example 0.2.</param>
/// <param name="Milestones">Steps from which one more factor counts.</param>
public sealed record StepDecay(double Initial, double Factor, params long[] Milestones) : Schedule
{
    /// <inheritdoc/>
    public override double At(long step) => Initial * Math.Pow(Factor, Milestones.Count(milestone => step >= milestone));
}
