namespace NativeSsl;

/// <summary>
/// Multinomial logistic regression: p(c | x) = softmax(W x + b)_c, fitted to its minimum of
/// 1/n Σᵢ −ln p(yᵢ | xᵢ) + λ/2 ‖W‖², in which the bias is free (Hastie, Tibshirani &amp; Friedman 2009, “The elements of statistical
/// learning”, section 4.4). Strictly convex for λ &gt; 0: there is one answer, however it is reached.
/// </summary>
/// <param name="weight">W, <c>[classes, width]</c>.</param>
/// <param name="bias">b, <c>[classes]</c>.</param>
/// <param name="minimum">Where the fit ended.</param>
public sealed class LogisticRegression(Tensor weight, Tensor bias, Minimum minimum)
{
    /// <summary>W, <c>[classes, width]</c>.</summary>
    public Tensor Weight => weight;
    /// <summary>b, <c>[classes]</c>.</summary>
    public Tensor Bias => bias;
    /// <summary>Where the fit ended.</summary>
    public Minimum Minimum => minimum;

    /// <summary>Fits to labelled rows.</summary>
    /// <param name="x">The rows, <c>[count, width]</c>.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">How many classes there are, whether they occur or not.</param>
    /// <param name="strength">λ.</param>
    /// <param name="start">A fit of the same size to begin from; zero if null.</param>
    /// <param name="tolerance">Done when no element of the gradient is larger.</param>
    /// <param name="mostIterations">Done after so many directions.</param>
    /// <exception cref="ShapeException">There is not one label for each row.</exception>
    /// <exception cref="IndexException">A label is not a class.</exception>
    /// <exception cref="NativeSslException">λ is not positive, or there are no rows.</exception>
    public static LogisticRegression Fit(Tensor x, ReadOnlySpan<int> labels, int classes, double strength, LogisticRegression? start = null,
        double tolerance = 1e-5, int mostIterations = 1000) =>
        Fit(x, labels, classes, strength, start, tolerance, mostIterations, inverse: null);

    internal static LogisticRegression Fit(Tensor x, ReadOnlySpan<int> labels, int classes, double strength, LogisticRegression? start,
        double tolerance, int mostIterations, Minimizer.Preconditioner? inverse)
    {
        if (x.Shape.Rank != 2 || x.Shape[0] != labels.Length)
            throw new ShapeException($"LogisticRegression: x has shape {x.Shape} but there are {labels.Length} labels; [labels, width] " +
                "is needed.");
        if (strength is not > 0)
            throw new NativeSslException($"LogisticRegression: λ is {strength}; without a positive λ there may be no minimum.");
        if (labels.IsEmpty) throw new NativeSslException("LogisticRegression: there are no rows to fit to.");
        IBackend backend = x.Backend;
        int width = x.Shape[1], weights = classes * width;
        Indices targets = Indices.From(backend, [labels.Length], labels);
        Tensor weight = Tensor.Lasting(backend, [classes, width]).RequireGradient();
        Tensor bias = Tensor.Lasting(backend, [classes]).RequireGradient();
        float[] host = start is null ? new float[weights + classes] : [.. start.Weight.ToArray(), .. start.Bias.ToArray()];
        double[] theta = [.. host.Select(value => (double)value)];

        Minimum minimum = Minimizer.Minimize((at, gradient) =>
        {
            for (int i = 0; i < host.Length; i++) host[i] = (float)at[i];
            weight.Storage.CopyFrom(host.AsSpan(0, weights));
            bias.Storage.CopyFrom(host.AsSpan(weights));
            using Step step = new(backend);
            Tensor loss = x.Linear(weight, bias).CrossEntropy(targets);
            weight.ResetGradient();
            bias.ResetGradient();
            loss.Backward();
            weight.Gradient.Storage.CopyTo(host.AsSpan(0, weights));
            bias.Gradient.Storage.CopyTo(host.AsSpan(weights));
            double penalty = 0;
            for (int i = 0; i < host.Length; i++)
            {
                gradient[i] = host[i] + (i < weights ? strength * at[i] : 0);
                if (i < weights) penalty += at[i] * at[i];
            }
            return loss.Item() + strength / 2 * penalty;
        }, theta, tolerance, mostIterations, inverse);

        for (int i = 0; i < host.Length; i++) host[i] = (float)theta[i];
        weight.Storage.CopyFrom(host.AsSpan(0, weights));
        bias.Storage.CopyFrom(host.AsSpan(weights));
        return new LogisticRegression(weight.StopGradient(), bias.StopGradient(), minimum);
    }

    /// <summary>ln p(c | x) for each row and class, <c>[count, classes]</c>.</summary>
    /// <param name="x">Rows, <c>[count, width]</c>.</param>
    public Tensor LogProbabilities(Tensor x)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return x.Linear(weight, bias).LogSoftmax();
    }

    /// <summary>The most probable class of each row; of equally probable ones the first.</summary>
    /// <param name="x">Rows, <c>[count, width]</c>.</param>
    public int[] Predict(Tensor x)
    {
        using Step step = new(x.Backend);
        float[] logits = LogProbabilities(x).ToArray();
        int classes = bias.Shape[0];
        int[] predicted = new int[x.Shape[0]];
        for (int i = 0; i < predicted.Length; i++)
            for (int c = 1; c < classes; c++)
                if (logits[i * classes + c] > logits[i * classes + predicted[i]]) predicted[i] = c;
        return predicted;
    }
}
