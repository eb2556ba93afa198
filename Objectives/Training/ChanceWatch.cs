namespace NativeSsl;

/// <summary>
/// Notices a run that sits on the loss of an uninformed or collapsed model. It looks at the mean of the latest losses, says so once, and
/// again only after the loss has been elsewhere.
/// </summary>
/// <param name="chance">That loss; null if it is not known.</param>
/// <param name="patience">The step from which sitting there is suspicious: after warm-up.</param>
sealed class ChanceWatch(double? chance, long patience)
{
    const int Window = 50;
    const double Margin = 0.02;

    readonly Queue<double> _latest = [];
    bool _said;

    /// <summary>Takes in a loss; a sentence if the run is stuck.</summary>
    public string? Look(long step, double loss)
    {
        if (chance is not { } constant) return null;
        _latest.Enqueue(loss);
        if (_latest.Count > Window) _latest.Dequeue();
        if (_latest.Count < Window || step < patience) return null;
        double mean = _latest.Average();
        bool stuck = Math.Abs(mean - constant) <= Margin * Math.Max(constant, 0.5);
        bool speak = stuck && !_said;
        _said = stuck;
        return speak ? FormattableString.Invariant(
                $"The last {Window} losses average {mean:F4}, and {constant:F4} is what a model shows that has learned nothing: ")
            + "this run is stuck. Try a smaller learning rate, a longer warm-up, or look at the data." : null;
    }
}
