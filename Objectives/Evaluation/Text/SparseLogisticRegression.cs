namespace NativeSsl;

/// <summary>
/// <see cref="LogisticRegression"/> on sparse rows: p(c | x) = softmax(W x + b)_c, fitted to its minimum of 1/n Σᵢ −ln p(yᵢ | xᵢ) + λ/2 ‖W‖², in
/// which the bias is free. In doubles, on one thread; what a step takes grows with the numbers that are kept, and with the classes. The fit remembers 24
/// numbers for each weight: with many classes, leave terms of single texts out. scikit-learn's C is 1 / (λ n).
/// </summary>
public sealed class SparseLogisticRegression
{
    readonly double[] _theta;                                       // Wᵀ, [width, classes], so that a word reaches for one row; then b, [classes]
    readonly int _width;

    SparseLogisticRegression(double[] theta, int width, int classes, Minimum minimum) => (_theta, _width, Classes, Minimum) = (theta, width, classes, minimum);

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }
    /// <summary>Where the fit ended.</summary>
    public Minimum Minimum { get; }

    /// <summary>W, for one class and column.</summary>
    public double Weight(int @class, int column) => _theta[column * Classes + @class];
    /// <summary>b, for one class.</summary>
    public double Bias(int @class) => _theta[_width * Classes + @class];

    /// <summary>Fits to labelled rows.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">How many classes there are, whether they occur or not.</param>
    /// <param name="strength">λ.</param>
    /// <param name="start">A fit of the same size to begin from; zero if null.</param>
    /// <param name="tolerance">Done when no element of the gradient is larger.</param>
    /// <param name="mostIterations">Done after so many directions.</param>
    /// <exception cref="ShapeException">There is not one label for each row, or the first fit has another size.</exception>
    /// <exception cref="IndexException">A label is not a class.</exception>
    /// <exception cref="NativeSslException">λ is not positive, or there are no rows.</exception>
    public static SparseLogisticRegression Fit(SparseRows x, IReadOnlyList<int> labels, int classes, double strength, SparseLogisticRegression? start = null,
        double tolerance = 1e-5, int mostIterations = 500)
    {
        if (x.Count != labels.Count) throw new ShapeException($"SparseLogisticRegression: {labels.Count} labels for {x.Count} rows; each row needs one.");
        if (x.Count == 0) throw new NativeSslException("SparseLogisticRegression: there are no rows to fit to.");
        if (strength is not > 0)
            throw new NativeSslException($"SparseLogisticRegression: λ is {strength}; without a positive λ there may be no minimum.");
        foreach (int label in labels)
            if ((uint)label >= (uint)classes)
                throw new IndexException($"SparseLogisticRegression: a label is {label}, but there are {classes} classes, from 0 on.");
        if (start is not null && (start._width != x.Width || start.Classes != classes))
            throw new ShapeException($"SparseLogisticRegression: the fit to begin from has {start.Classes} classes of {start._width} columns, " +
                $"not {classes} of {x.Width}.");
        int weights = checked(x.Width * classes);
        double[] theta = start is null ? new double[weights + classes] : [.. start._theta], p = new double[classes];
        Minimum minimum = Minimizer.Minimize((at, gradient) =>
        {
            gradient.Clear();
            double loss = 0;
            for (int i = 0; i < x.Count; i++)
            {
                loss -= LogProbabilities(x, i, at, p)[labels[i]];
                for (int c = 0; c < p.Length; c++) p[c] = Math.Exp(p[c]);
                p[labels[i]] -= 1;                                                      // ∂ −ln p(y) / ∂ logit_c = p(c) − [c = y]
                ReadOnlySpan<int> columns = x.Columns(i);
                for (int k = 0; k < columns.Length; k++)
                    Doubles.AddScaled(gradient.Slice(columns[k] * classes, classes), x.Values(i)[k] / x.Count, p);
                Doubles.AddScaled(gradient[weights..], 1.0 / x.Count, p);
            }
            Doubles.AddScaled(gradient[..weights], strength, at[..weights]);
            return loss / x.Count + strength / 2 * Doubles.Dot(at[..weights], at[..weights]);
        }, theta, tolerance, mostIterations);
        return new(theta, x.Width, classes, minimum);
    }

    /// <summary>ln p(c | x) of every class for each row.</summary>
    /// <param name="x">The rows.</param>
    /// <exception cref="ShapeException">The rows are not as wide as those that were fitted.</exception>
    public double[][] LogProbabilities(SparseRows x)
    {
        if (x.Width != _width) throw new ShapeException($"SparseLogisticRegression: rows have {x.Width} columns, but {_width} were learned.");
        return [.. Enumerable.Range(0, x.Count).Select(i => LogProbabilities(x, i, _theta, new double[Classes]))];
    }

    /// <summary>The most probable class of each row; of equally probable ones the first.</summary>
    /// <inheritdoc cref="LogProbabilities(SparseRows)"/>
    public int[] Predict(SparseRows x) => [.. LogProbabilities(x).Select(row => Array.IndexOf(row, row.Max()))];

    static double[] LogProbabilities(SparseRows x, int row, ReadOnlySpan<double> theta, double[] logits)
    {
        int classes = logits.Length;
        theta[(x.Width * classes)..].CopyTo(logits);
        ReadOnlySpan<int> columns = x.Columns(row);
        ReadOnlySpan<double> values = x.Values(row);
        for (int k = 0; k < columns.Length; k++) Doubles.AddScaled(logits, values[k], theta.Slice(columns[k] * classes, classes));
        double largest = logits.Max(), total = 0;                                       // so that no exponential overflows
        for (int c = 0; c < classes; c++) total += Math.Exp(logits[c] - largest);
        double normalizer = largest + Math.Log(total);
        for (int c = 0; c < classes; c++) logits[c] -= normalizer;
        return logits;
    }
}
