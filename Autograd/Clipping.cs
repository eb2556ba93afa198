namespace NativeSsl;

/// <summary>
/// How long gradients are, and what an optimizer is to shorten them by: both stay on the device until somebody asks, so that an optimizer need not wait for the host.
/// Where a gradient, or a loss behind it, is no finite number, nothing moves, then and afterwards, until <see cref="GoOn"/>. Pascanu, Mikolov &amp; Bengio 2013, “On the
/// difficulty of training recurrent neural networks”, algorithm 1.
/// </summary>
public sealed class Clipping
{
    readonly double _maxNorm;
    readonly Tensor[] _losses;

    /// <param name="parameters">Whose gradients.</param>
    /// <param name="maxNorm">The largest norm; 0 does not clip.</param>
    /// <param name="losses">How many losses come with them.</param>
    public Clipping(Parameters parameters, double maxNorm, int losses = 0)
    {
        (Parameters, _maxNorm) = (parameters, maxNorm);
        Found = Tensor.Lasting(parameters.Values.Backend, [ClipFindings.Losses + losses]);
        _losses = [.. Enumerable.Range(0, losses).Select(i => Parameters.Window(Found, (ClipFindings.Losses + i, 1)))];
        Factor = Parameters.Window(Found, (ClipFindings.Factor, 1));
        GoOn();
    }

    /// <summary>Whose gradients are clipped.</summary>
    public Parameters Parameters { get; }

    /// <summary>What was found the last time, <c>[2 + losses]</c>, by <see cref="ClipFindings"/>.</summary>
    public Tensor Found { get; }

    internal Tensor Factor { get; }

    /// <summary>‖g‖ before clipping. Waits for the device.</summary>
    public double Norm => Found.ToArray()[ClipFindings.Norm];

    /// <summary>Whether something was no finite number, so that nothing moves any more. Waits for the device.</summary>
    public bool Stands => Factor.Item() == 0f;

    /// <summary>Looks at the gradients as they are now; what no backward pass has reached counts as zero.</summary>
    /// <param name="losses">As many as there is room for, each of one element.</param>
    public void Look(params IReadOnlyList<Tensor> losses)
    {
        if (losses.Count != _losses.Length) throw new GradientException($"Clipping.Look: {losses.Count} losses; there is room for {_losses.Length}.");
        IBackend backend = Found.Backend;
        for (int i = 0; i < _losses.Length; i++) backend.Copy(losses[i], _losses[i]);
        Parameters.Settle();
        backend.Clip(Parameters.Gradients, _maxNorm, Found);
    }

    /// <summary>From now on, steps move parameters again.</summary>
    public void GoOn() => Found.Backend.Fill(Factor, 1f);
}
