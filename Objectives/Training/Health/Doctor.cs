using System.Numerics;

namespace NativeSsl;

/// <summary>
/// Watches a run, and names what keeps it from learning in one sentence: once, and again only after it has gone. The loss is looked at in
/// every step, the rest now and then.
/// </summary>
/// <param name="patience">The step from which not having learned is suspicious: after warm-up.</param>
sealed class Doctor(long patience)
{
    const int Window = 50;
    const double NearChance = 0.02, FarAboveChance = 1.5, FarAboveAtFirst = 3;          // of the chance constant
    const double HastyUpdate = 0.5;                             // of the weights' length
    const double NoSpread = 0.1;                                // of a full sphere: a mean cosine of 0.99
    const double LittleSpread = 0.5;                            // with one direction left, it will soon be none
    const double FewDirections = 2;                             // of at least 16

    enum Mechanism { LearningRate, Collapse, DimensionalCollapse, WorseThanChance, Stuck }

    readonly Queue<double> _latest = [];
    readonly HashSet<Mechanism> _said = [];

    /// <summary>Whether a step is one that is examined: at intervals, and at the very beginning, where a bad learning rate shows.</summary>
    public static bool IsDue(long step, long interval) =>
        interval > 0 && (step % interval == 0 || (step < interval && BitOperations.IsPow2(step)));

    /// <summary>Takes in a step.</summary>
    /// <param name="step">How many steps have been done.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="chance">The loss of a model that has learned nothing; null if it is not known.</param>
    /// <param name="learningRate">η of the step.</param>
    /// <param name="health">What was measured besides, if it was.</param>
    /// <returns>A sentence if something is wrong that was not wrong, or not known, before.</returns>
    public string? Look(long step, double loss, double? chance, double learningRate, Health? health)
    {
        _latest.Enqueue(loss);
        if (_latest.Count > Window) _latest.Dequeue();
        string? first = null;
        if (health is not null) Judge(Mechanism.LearningRate, Hasty(health, learningRate));
        if (step == 1 && chance is { } known) Judge(Mechanism.WorseThanChance, SureFromTheFirst(loss, known));
        if (step < patience) return first;
        if (health is not null)
        {
            Judge(Mechanism.Collapse, Collapsed(health));
            Judge(Mechanism.DimensionalCollapse, Flat(health));
        }
        if (chance is { } constant && _latest.Count == Window)
        {
            Judge(Mechanism.WorseThanChance, SureAndWrong(_latest.Average(), constant));
            Judge(Mechanism.Stuck, Stuck(_latest.Average(), constant));
        }
        return first;

        // The first that speaks is the cause; what follows from it keeps silent.
        void Judge(Mechanism mechanism, string? sentence)
        {
            if (sentence is null) _said.Remove(mechanism);
            else if (_said.Add(mechanism)) first ??= sentence;
        }
    }

    static string? Hasty(Health health, double learningRate) => health.UpdateRatio <= HastyUpdate ? null
        : FormattableString.Invariant($"A step has moved the weights by {health.UpdateRatio:G2} of their own length: ")
            + FormattableString.Invariant($"the learning rate, {learningRate:G3}, is too high. ")
            + "A hundredth is much, a thousandth is usual.";

    static string? Collapsed(Health health) => health.Embeddings.FirstOrDefault(IsPoint) is not { } equal ? null
        : FormattableString.Invariant($"All {equal.Name} are equal: their spread is {equal.Spread:G2} of 1/√{equal.Width}, ")
            + FormattableString.Invariant($"their rank {equal.Rank:F1}: the model has collapsed. Look at what should keep samples apart ")
            + "(negatives, a stopped gradient, batch norm), then at the learning rate.";

    static string? Flat(Health health) => health.Embeddings.FirstOrDefault(IsLine) is not { } flat ? null
        : FormattableString.Invariant($"The rank of the {flat.Name} is {flat.Rank:F1} of {flat.MostRank}: a dimensional collapse. ")
            + "Try stronger views, a higher temperature or a smaller learning rate.";

    static bool IsPoint(EmbeddingHealth embedding) =>
        embedding.Spread < NoSpread || (embedding.Spread < LittleSpread && HasFewDirections(embedding));

    static bool IsLine(EmbeddingHealth embedding) => embedding.Spread >= LittleSpread && HasFewDirections(embedding);

    static bool HasFewDirections(EmbeddingHealth embedding) => embedding.MostRank >= 16 && embedding.Rank < FewDirections;

    // Later steps may overcome it, at the price of embeddings that huddle within the temperature.
    static string? SureFromTheFirst(double loss, double chance) => loss < FarAboveAtFirst * Math.Max(chance, 0.5) ? null
        : FormattableString.Invariant($"The first loss is {loss:F4}, far above {Ignorance(chance)}: ")
            + "this one is sure of what is wrong. The temperature is too low, or the first weights are too large.";

    static string? SureAndWrong(double mean, double chance) => mean < FarAboveChance * Math.Max(chance, 0.5) ? null
        : FormattableString.Invariant($"The last {Window} losses average {mean:F4}, far above {Ignorance(chance)}: ")
            + "this one is sure of what is wrong. The temperature is too low, or the learning rate too high.";

    static string? Stuck(double mean, double chance) => Math.Abs(mean - chance) > NearChance * Math.Max(chance, 0.5) ? null
        : FormattableString.Invariant($"The last {Window} losses average {mean:F4}, near {Ignorance(chance)}: ")
            + "this run is stuck. Try a smaller learning rate, a longer warm-up, or look at the data.";

    static string Ignorance(double chance) =>
        FormattableString.Invariant($"{chance:F4}, which is what a model shows that has learned nothing");
}
