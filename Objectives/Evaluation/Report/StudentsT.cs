namespace NativeSsl;

/// <summary>Student's distribution for whole degrees of freedom: Abramowitz &amp; Stegun 1964, equations 26.7.3 and 26.7.4.</summary>
static class StudentsT
{
    /// <summary>The probability of a value up to t.</summary>
    internal static double Cumulative(double t, int freedom)
    {
        double angle = Math.Atan(t / Math.Sqrt(freedom)), cosine = Math.Cos(angle), sum = 0;
        bool odd = freedom % 2 == 1;
        double term = odd ? cosine : 1;
        for (int i = odd ? 1 : 0; i <= freedom - 2; i += 2)
        {
            sum += term;
            term *= cosine * cosine * (i + 1) / (i + 2);
        }
        double within = odd ? 2 / Math.PI * (angle + Math.Sin(angle) * sum) : Math.Sin(angle) * sum;
        return 0.5 + within / 2;
    }

    /// <summary>The value up to which the given probability lies.</summary>
    // Halving: it is asked for once a report.
    internal static double Quantile(double probability, int freedom)
    {
        double low = -1000, high = 1000;
        for (int i = 0; i < 100; i++)
            if (Cumulative((low + high) / 2, freedom) < probability) low = (low + high) / 2; else high = (low + high) / 2;
        return (low + high) / 2;
    }
}
