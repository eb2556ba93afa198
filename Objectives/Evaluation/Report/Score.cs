namespace NativeSsl;

/// <summary>A mean over draws or seeds, and how far it may be off.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="HalfWidth">Half the width of the 95 % confidence interval; null if there was one value only.</param>
/// <param name="Count">How many values.</param>
public readonly record struct Score(double Mean, double? HalfWidth, int Count)
{
    /// <summary>One value, whose interval is not known.</summary>
    public static implicit operator Score(double value) => new(value, null, 1);

    /// <summary>One value, whose interval is not known.</summary>
    public static Score FromDouble(double value) => value;

    /// <summary>The mean of independent values, with Student's interval: t₀.₉₇₅ s / √n (Student 1908, “The probable error of a
    /// mean”).</summary>
    /// <exception cref="NativeSslException">There are no values.</exception>
    public static Score Of(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) throw new NativeSslException("Score: there are no values to take the mean of.");
        double sum = 0, squares = 0;
        foreach (double value in values) sum += value;
        double mean = sum / values.Length;
        if (values.Length == 1) return mean;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        int freedom = values.Length - 1;
        return new(mean, StudentsT.Quantile(0.975, freedom) * Math.Sqrt(squares / freedom / values.Length), values.Length);
    }

    /// <summary>Whether the intervals of the two have no value in common; false if one is not known.</summary>
    public bool IsApartFrom(Score other) => Math.Abs(Mean - other.Mean) > HalfWidth + other.HalfWidth;
}
